import { posix } from 'node:path';

/** Source files by their path below the repository, like `src/consumer/ledger/ledger.ts`. */
export type SourceTree = ReadonlyMap<string, string>;

/** What stands under every module but `pki`, which has no failures of ours. */
const floor = ['runtime/errors', 'runtime'];

/**
 * What each module may import of ours, lowest module first. A module is a folder or a file below `src`; a file belongs to
 * the longest name that fits. Every module may import itself and what it lists, and may list only modules above it in this list.
 */
export const modules: ReadonlyMap<string, readonly string[]> = new Map([
  ['runtime/error-codes', []],
  ['runtime/errors', ['runtime/error-codes']],
  ['runtime/environment', []],
  ['runtime', ['runtime/errors']],
  ['schema', [...floor]],
  ['kernel', ['runtime', 'schema']],
  ['avro', ['schema']],
  ['consumer/ports', [...floor, 'schema']],
  ['iceberg', [...floor, 'schema', 'avro', 'consumer/ports']],
  ['consumer/batch', [...floor, 'avro', 'consumer/ports']],
  ['consumer/ledger', [...floor, 'schema', 'consumer/ports']],
  ['consumer/columns', [...floor, 'schema', 'kernel', 'consumer/ports']],
  ['consumer/table', [...floor, 'schema', 'avro', ...consumerModules('ports', 'batch', 'ledger', 'columns')]],
  ['consumer/commit', [...floor, ...consumerModules('ports', 'batch', 'ledger', 'columns', 'table')]],
  ['consumer/snapshot', [...floor, 'iceberg', ...consumerModules('ports', 'ledger', 'table', 'commit')]],
  ['consumer/adoption', [...floor, 'iceberg', ...consumerModules('ports', 'ledger', 'table', 'snapshot')]],
  [
    'consumer/maintain',
    [...floor, 'schema', 'iceberg', ...consumerModules('ports', 'ledger', 'table', 'commit', 'snapshot')],
  ],
  ['consumer/service', [...floor, ...consumerModules('ports', 'batch', 'ledger', 'commit', 'snapshot')]],
  ['consumer/replay', [...floor, ...consumerModules('ports', 'batch', 'ledger', 'columns', 'table', 'commit')]],
  ['consumer/audit', [...floor, 'schema', 'iceberg', ...consumerModules('ports', 'ledger', 'table', 'snapshot')]],
  ['producer', [...floor]],
  ['report', [...floor, 'schema']],
  ['outbox', [...floor, 'consumer/ports']],
  ['hours', [...floor, 'schema', ...consumerModules('ports', 'ledger', 'audit'), 'outbox']],
  ['alerts', [...floor, 'schema', 'consumer/ports', 'outbox', 'hours', 'report']],
  [
    'monitor',
    [...floor, 'schema', 'report', 'hours', 'alerts', ...consumerModules('ports', 'ledger', 'table', 'audit')],
  ],
  ['kafka/format', [...floor, 'consumer/ports', 'producer/publisher']],
  ['kafka/keystore', [...floor]],
  ['kafka/access', [...floor, 'kafka/keystore']],
  ['kafka/errors', [...floor]],
  ['kafka/kafkajs', [...floor, 'kafka/format', 'kafka/access', 'kafka/errors']],
  ['kafka/brokers', [...floor, 'consumer/ports', 'kafka/kafkajs']],
  ['kafka/topic', [...floor, 'consumer/ports', 'kafka/format', 'kafka/kafkajs', 'kafka/brokers']],
  [
    'kafka/group',
    [...floor, 'consumer/ports', 'kafka/format', 'kafka/errors', 'kafka/kafkajs', 'kafka/brokers', 'kafka/topic'],
  ],
  [
    'kafka',
    [...floor, 'consumer/ports', 'producer/publisher', 'kafka/format', 'kafka/kafkajs', 'kafka/brokers', 'kafka/group'],
  ],
  ['aws', [...floor, 'schema', 'consumer/ports', 'iceberg', 'report/query-engine', 'outbox/sender']],
  ['lake', [...floor, 'schema', 'consumer/ports', 'iceberg', 'report/query-engine']],
  ['registry', [...floor, 'consumer/ports']],
  ['parquet', [...floor, 'schema', 'kernel', 'consumer/ports']],
  ['app/version', ['runtime']],
  ['app/config', [...floor, 'runtime/environment', 'schema', ...consumerModules('ports', 'batch'), 'kafka/access']],
  [
    'app/observe',
    [
      ...floor,
      'runtime/error-codes',
      'schema',
      ...consumerModules('commit', 'ports', 'service', 'columns', 'table'),
      'alerts',
      'hours',
      'outbox',
      'app/config',
      'app/version',
    ],
  ],
  ['app/trace', [...floor, 'consumer/commit', 'app/config', 'app/observe', 'app/version']],
  ['app/screen', [...floor, 'runtime/environment', 'consumer/commit', 'app/config', 'app/observe']],
  ['pki', ['runtime']],
  ['devstack', [...floor, 'runtime/environment', 'pki']],
]);

/** The modules that wire: they may import whatever is below them, and only `cli.ts` may import a command. */
const wiring: readonly string[] = ['app', 'commands', 'cli'];

/** The one module, or modules, that may import each of these packages. */
const owners: ReadonlyMap<string, readonly string[]> = new Map([
  ['kafkajs', ['kafka/kafkajs']],
  ['@aws-sdk/', ['aws']],
  ['@smithy/', ['aws']],
  ['@duckdb/', ['lake']],
  ['hyparquet', ['parquet']],
  ['hyparquet-writer', ['parquet']],
  ['parquetjs-lite', ['parquet']],
  ['@peculiar/x509', ['pki']],
  ['reflect-metadata', ['pki']],
  ['commander', ['cli', 'commands']],
  ['pino', ['app']],
  ['prom-client', ['app']],
  ['string-width', ['app/screen']],
  ['hono', ['monitor']],
  ['@hono/', ['monitor']],
  ['d3-scale', ['monitor']],
  ['d3-shape', ['monitor']],
]);

/** Imports that go where they must not, each as one line; of types as well. */
export function forbiddenImports(tree: SourceTree): string[] {
  return ownImports(tree)
    .filter(({ from, to }) => !mayImport(nameOf(from), nameOf(to)))
    .map(({ from, to }) => `${from} imports ${to}`);
}

/** What modules list, other than the floor, and do not import, of types either: such a permission would let in what nobody has thought of. */
export function needlessPermissions(tree: SourceTree): string[] {
  const used = new Set(
    ownImports(tree).flatMap(({ from, to }) => {
      const module = moduleOf(nameOf(from));
      return [`${module} ${moduleOf(nameOf(to))}`, `${module} ${nameOf(to)}`];
    }),
  );
  return [...modules].flatMap(([module, listed]) =>
    listed
      .filter((each) => !floor.includes(each) && !used.has(`${module} ${each}`))
      .map((each) => `${module} may import ${each}`),
  );
}

/** Modules that list a module that does not stand before them. */
export function modulesOutOfOrder(): string[] {
  const order = [...modules.keys()];
  return order.flatMap((module, index) =>
    (modules.get(module) ?? [])
      .filter((listed) => !order.slice(0, index).some((lower) => isWithin(listed, lower)))
      .map((listed) => `${module} lists ${listed}`),
  );
}

/** Imports in a circle, of types as well: each circle once, as a path. */
export function circles(tree: SourceTree): string[] {
  return circlesOf(ownImports(tree));
}

/** Folders that import each other in a circle, each circle once. What lies right in a folder of folders is a matter of its own. */
export function folderCircles(tree: SourceTree): string[] {
  const between = ownImports(tree).map(({ from, to }) => ({ from: posix.dirname(from), to: posix.dirname(to) }));
  return circlesOf(between.filter(({ from, to }) => !isWithin(from, to) && !isWithin(to, from)));
}

function circlesOf(arrows: readonly Arrow[]): string[] {
  const targets = Map.groupBy(arrows, ({ from }) => from);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (at: string, path: readonly string[]): void => {
    const index = path.indexOf(at);
    if (index >= 0) found.push([...path.slice(index), at].join(' → '));
    if (index >= 0 || done.has(at)) return;
    for (const to of new Set(targets.get(at)?.map((arrow) => arrow.to))) visit(to, [...path, at]);
    done.add(at);
  };
  for (const from of targets.keys()) visit(from, []);
  return found;
}

/** Packages whose types are not seen outside of their module either. */
const hidden: readonly string[] = ['kafkajs'];

/** Packages imported outside of their module; a type of most is allowed in the modules that wire. */
export function strayPackages(tree: SourceTree): string[] {
  return imports(tree)
    .filter(({ from, name, isType }) => {
      const owned = [...owners].find(([start]) => name === start || (start.endsWith('/') && name.startsWith(start)));
      if (owned === undefined || owned[1].some((module) => isWithin(nameOf(from), module))) return false;
      return !isType || hidden.includes(owned[0]) || !wiring.some((module) => isWithin(nameOf(from), module));
    })
    .map(({ from, name }) => `${from} imports ${name}`);
}

/** Files that read the environment of the process. */
export function environmentReaders(tree: SourceTree): string[] {
  return [...tree].filter(([, text]) => /\bprocess\.env\b/.test(text)).map(([file]) => file);
}

/** Packages that loading a file loads, by itself or by what it imports. */
export function loadedPackages(tree: SourceTree, entry: string): ReadonlySet<string> {
  const files = loadedFiles(tree, entry);
  return new Set(
    imports(tree)
      .filter(({ from, name, isType, isLazy }) => files.has(from) && !isType && !isLazy && !name.startsWith('.'))
      .map(({ name }) => name),
  );
}

/** Our files that loading a file loads, by itself or by what it imports; what is imported when it is needed does not count. */
export function loadedFiles(tree: SourceTree, entry: string): ReadonlySet<string> {
  const targets = Map.groupBy(
    imports(tree).filter(({ name, isType, isLazy }) => !isType && !isLazy && name.startsWith('.')),
    ({ from }) => from,
  );
  const files = new Set([entry]);
  for (const file of files)
    for (const { name } of targets.get(file) ?? []) files.add(posix.join(posix.dirname(file), name));
  return files;
}

/** Docstrings that begin with a preposition: fragments, not sentences. */
export function fragments(tree: SourceTree): string[] {
  return [...tree].flatMap(([file, text]) =>
    [...text.matchAll(/\/\*\*[\s*]*((?:Of|By|As|From|For|With|To)\b[^\n]*)/g)].map(([, words]) => `${file}: ${words}`),
  );
}

interface Import {
  readonly from: string;
  readonly name: string;
  readonly isType: boolean;
  readonly isLazy: boolean;
}

function imports(tree: SourceTree): Import[] {
  const pattern = /(?:import|export)\s+(type\s+)?(?:[\w*{][^;']*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/g;
  return [...tree].flatMap(([from, text]) =>
    [...text.matchAll(pattern)].map(([, type, name, lazy]) => ({
      from,
      name: name ?? lazy ?? '',
      isType: type !== undefined,
      isLazy: name === undefined,
    })),
  );
}

/** Who imports whom: two files, or two folders. */
interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** Imports of our own files, each as the two files. */
export function ownImports(tree: SourceTree): Arrow[] {
  return imports(tree)
    .filter(({ name }) => name.startsWith('.'))
    .map(({ from, name }) => ({ from, to: posix.join(posix.dirname(from), name) }));
}

/** What commands reach through `app` only. */
const wired = ['kafka', 'aws', 'pki', 'registry', 'lake', 'parquet', 'kernel'];

function mayImport(from: string, to: string): boolean {
  if (isWithin(from, 'commands') && wired.some((module) => isWithin(to, module))) return false;
  if (isWithin(to, 'cli')) return false;
  if (isWithin(to, 'commands')) return isWithin(from, 'commands') || isWithin(from, 'cli');
  const module = moduleOf(from);
  if (module === undefined) return wiring.some((each) => isWithin(from, each));
  const home = moduleOf(to);
  return home === module || (modules.get(module) ?? []).some((listed) => listed === home || to === listed);
}

/** The longest module that a file lies in. */
function moduleOf(name: string): string | undefined {
  return [...modules.keys()].filter((module) => isWithin(name, module)).toSorted((a, b) => b.length - a.length)[0];
}

function isWithin(name: string, module: string): boolean {
  return name === module || name.startsWith(`${module}/`);
}

/** `src/runtime/errors.ts` is `runtime/errors`. */
function nameOf(file: string): string {
  return file.replace(/^src\//, '').replace(/\.ts$/, '');
}

function consumerModules(...names: readonly string[]): string[] {
  return names.map((name) => `consumer/${name}`);
}
