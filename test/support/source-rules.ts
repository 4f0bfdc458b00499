import { posix } from 'node:path';

/** Source files by their path below the repository, like `src/consumer/ledger/ledger.ts`. */
export type SourceTree = ReadonlyMap<string, string>;

/** What stands under every room but `pki`, which has no failures of ours. */
const floor = ['runtime/errors', 'runtime'];

/**
 * What each room may import of ours, lowest room first. A room is a folder or a file below `src`; a file belongs to
 * the longest name that fits. Every room may import itself and what it lists, and may list only rooms above it in this list.
 */
export const rooms: ReadonlyMap<string, readonly string[]> = new Map([
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
  ['consumer/table', [...floor, 'schema', 'avro', ...consumerRooms('ports', 'batch', 'ledger', 'columns')]],
  ['consumer/commit', [...floor, ...consumerRooms('ports', 'batch', 'ledger', 'columns', 'table')]],
  ['consumer/snapshot', [...floor, 'iceberg', ...consumerRooms('ports', 'ledger', 'table', 'commit')]],
  ['consumer/adoption', [...floor, 'iceberg', ...consumerRooms('ports', 'ledger', 'table', 'snapshot')]],
  [
    'consumer/maintain',
    [...floor, 'schema', 'iceberg', ...consumerRooms('ports', 'ledger', 'table', 'commit', 'snapshot')],
  ],
  ['consumer/service', [...floor, ...consumerRooms('ports', 'batch', 'ledger', 'commit', 'snapshot')]],
  ['consumer/replay', [...floor, ...consumerRooms('ports', 'batch', 'ledger', 'columns', 'table', 'commit')]],
  ['consumer/audit', [...floor, 'schema', 'iceberg', ...consumerRooms('ports', 'ledger', 'table', 'snapshot')]],
  ['producer', [...floor]],
  ['report', [...floor, 'schema']],
  ['outbox', [...floor, 'consumer/ports']],
  ['hours', [...floor, 'schema', ...consumerRooms('ports', 'ledger', 'audit'), 'outbox']],
  ['alerts', [...floor, 'schema', 'consumer/ports', 'outbox', 'hours', 'report']],
  ['monitor', [...floor, 'schema', 'report', 'hours', 'alerts', ...consumerRooms('ports', 'ledger', 'table', 'audit')]],
  ['kafka/format', [...floor, 'consumer/ports', 'producer/publisher']],
  ['kafka/keystore', [...floor]],
  ['kafka/tls-material', [...floor, 'kafka/keystore']],
  ['kafka/client-certificate', [...floor, 'kafka/tls-material']],
  ['kafka/explain-kafka-error', [...floor]],
  ['kafka/credentials', [...floor]],
  [
    'kafka/kafkajs',
    [
      ...floor,
      'kafka/format',
      'kafka/tls-material',
      'kafka/client-certificate',
      'kafka/explain-kafka-error',
      'kafka/credentials',
    ],
  ],
  [
    'kafka',
    [
      ...floor,
      'consumer/ports',
      'producer/publisher',
      'kafka/format',
      'kafka/tls-material',
      'kafka/explain-kafka-error',
      'kafka/kafkajs',
    ],
  ],
  ['aws', [...floor, 'schema', 'consumer/ports', 'iceberg', 'report/query-engine', 'outbox/sender']],
  ['lake', [...floor, 'schema', 'consumer/ports', 'iceberg', 'report/query-engine']],
  ['registry', [...floor, 'consumer/ports']],
  ['parquet', [...floor, 'schema', 'kernel', 'consumer/ports']],
  ['app/checkout-commit', []],
  ['app/version', ['runtime', 'app/checkout-commit']],
  [
    'app/config',
    [
      ...floor,
      'runtime/environment',
      'schema',
      ...consumerRooms('ports', 'batch'),
      'kafka/tls-material',
      'kafka/credentials',
    ],
  ],
  [
    'app/observe',
    [
      ...floor,
      'runtime/error-codes',
      ...consumerRooms('commit', 'ports', 'service', 'columns'),
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

/** The rooms that wire: they may import whatever is below them, and only `cli.ts` may import a command. */
export const wiring: readonly string[] = ['app', 'commands', 'cli'];

/** The one room, or rooms, that may import each of these packages. */
export const owners: ReadonlyMap<string, readonly string[]> = new Map([
  ['kafkajs', ['kafka']],
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

/** What rooms list, other than the floor, and do not import, of types either: such a permission would let in what nobody has thought of. */
export function needlessPermissions(tree: SourceTree): string[] {
  const used = new Set(
    ownImports(tree).flatMap(({ from, to }) => {
      const room = roomOf(nameOf(from));
      return [`${room} ${roomOf(nameOf(to))}`, `${room} ${nameOf(to)}`];
    }),
  );
  return [...rooms].flatMap(([room, listed]) =>
    listed
      .filter((each) => !floor.includes(each) && !used.has(`${room} ${each}`))
      .map((each) => `${room} may import ${each}`),
  );
}

/** Rooms that list a room that does not stand before them. */
export function roomsOutOfOrder(): string[] {
  const order = [...rooms.keys()];
  return order.flatMap((room, index) =>
    (rooms.get(room) ?? [])
      .filter((listed) => !order.slice(0, index).some((lower) => isWithin(listed, lower)))
      .map((listed) => `${room} lists ${listed}`),
  );
}

/** Imports in a circle, of types as well: each circle once, as a path. */
export function circles(tree: SourceTree): string[] {
  const targets = Map.groupBy(ownImports(tree), ({ from }) => from);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const { to } of targets.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of tree.keys()) visit(file, []);
  return found;
}

/** Packages imported outside of their room; a type is allowed in the rooms that wire. */
export function strayPackages(tree: SourceTree): string[] {
  return imports(tree)
    .filter(({ from, name, isType }) => {
      const owned = [...owners].find(([start]) => name === start || (start.endsWith('/') && name.startsWith(start)));
      if (owned === undefined || owned[1].some((room) => isWithin(nameOf(from), room))) return false;
      return !isType || !wiring.some((room) => isWithin(nameOf(from), room));
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

/** Imports of our own files, each as the two files. */
export function ownImports(tree: SourceTree): { readonly from: string; readonly to: string }[] {
  return imports(tree)
    .filter(({ name }) => name.startsWith('.'))
    .map(({ from, name }) => ({ from, to: posix.join(posix.dirname(from), name) }));
}

/** What commands reach through `app` only. */
const wired = ['kafka', 'aws', 'pki', 'registry', 'lake', 'parquet', 'kernel'];

function mayImport(from: string, to: string): boolean {
  if (isWithin(from, 'commands') && wired.some((room) => isWithin(to, room))) return false;
  if (isWithin(to, 'cli')) return false;
  if (isWithin(to, 'commands')) return isWithin(from, 'commands') || isWithin(from, 'cli');
  const room = roomOf(from);
  if (room === undefined) return wiring.some((each) => isWithin(from, each));
  const home = roomOf(to);
  return home === room || (rooms.get(room) ?? []).some((listed) => listed === home || to === listed);
}

/** The longest room that a file lies in. */
function roomOf(name: string): string | undefined {
  return [...rooms.keys()].filter((room) => isWithin(name, room)).toSorted((a, b) => b.length - a.length)[0];
}

function isWithin(name: string, room: string): boolean {
  return name === room || name.startsWith(`${room}/`);
}

/** `src/runtime/errors.ts` is `runtime/errors`. */
function nameOf(file: string): string {
  return file.replace(/^src\//, '').replace(/\.ts$/, '');
}

function consumerRooms(...names: readonly string[]): string[] {
  return names.map((name) => `consumer/${name}`);
}
