import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configurationPage, configurationPath } from '../../scripts/configuration-page.ts';
import { licencesPage, licencesPath, shippedLicences } from '../../scripts/licences-page.ts';

const root = resolve(import.meta.dirname, '../..');
const files = sourceFiles('src');

/** What a folder may import of ours; `src` itself is the command line. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  schema: ['runtime/errors'],
  runtime: ['runtime'],
  kernel: ['kernel', 'schema'],
  consumer: ['consumer', 'kernel', 'schema', 'runtime'],
  producer: ['producer', 'runtime'],
  report: ['report', 'schema', 'runtime'],
  kafka: ['kafka', 'consumer', 'producer', 'runtime'],
  aws: ['aws', 'consumer', 'report', 'schema', 'runtime'],
  lake: ['lake', 'consumer', 'report', 'schema', 'runtime'],
  parquet: ['parquet', 'consumer', 'kernel', 'schema', 'runtime'],
  devstack: ['devstack', 'pki', 'runtime'],
  pki: ['pki'],
};

/** The one folder that may import each of these packages. */
const owners: Readonly<Record<string, string>> = {
  kafkajs: 'kafka',
  '@aws-sdk/': 'aws',
  '@duckdb/': 'lake',
  hyparquet: 'parquet',
  'hyparquet-writer': 'parquet',
  'parquetjs-lite': 'parquet',
  '@peculiar/x509': 'pki',
};

describe('the house', () => {
  it('lets each folder import only what lies below it', () => {
    const violations = files.flatMap((file) => {
      const folder = folderOf(file);
      const mayUse = allowed[folder];
      if (mayUse === undefined) return [];
      return ownImports(file)
        .filter((target) => ![folder, ...mayUse].some((name) => target.startsWith(name)))
        .map((target) => `${file} imports ${target}`);
    });
    expect(violations).toEqual([]);
  });

  it('keeps core folders off the configuration, the log and the network', () => {
    const core = files.filter((file) => ['schema', 'consumer', 'producer', 'report'].includes(folderOf(file)));
    const violations = core.flatMap((file) =>
      ownImports(file)
        .filter((target) => /^runtime\/(config|logger)/.test(target))
        .map((target) => `${file} imports ${target}`),
    );
    expect(core.length).toBeGreaterThan(30);
    expect(violations).toEqual([]);
  });

  it('keeps every SDK in its adapter folder; commands see types only', () => {
    const violations = files.flatMap((file) =>
      packageImports(file)
        .filter(({ name, isType }) => {
          const owner = Object.entries(owners).find(
            ([start]) => name === start || (start.endsWith('/') && name.startsWith(start)),
          );
          return owner !== undefined && owner[1] !== folderOf(file) && !isType;
        })
        .map(({ name }) => `${file} imports ${name}`),
    );
    expect(violations).toEqual([]);
  });

  it('reads the environment in the command line and the devstack only', () => {
    const readers = files.filter(
      (file) => /process\.env/.test(read(file)) && !['commands', 'devstack', ''].includes(folderOf(file)),
    );
    expect(readers).toEqual([]);
  });

  it('keeps source files below 300 lines', () => {
    const long = files.filter((file) => read(file).split('\n').length > 300);
    expect(long).toEqual([]);
  });

  it('pins every dependency to one version', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json'));
    const versions: [string, string][] = Object.entries({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('gives a reason for every dependency', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json'));
    const reasons = read('docs/decisions/0001-dependencies.md');
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(names.filter((name) => !reasons.includes(`\`${name}\``))).toEqual([]);
  });

  it('uses every error code it lists', () => {
    const listed = [...read('src/runtime/errors.ts').matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, code = '']) => code);
    const rest = files
      .filter((file) => file !== 'src/runtime/errors.ts')
      .map(read)
      .join('\n');
    expect(listed.length).toBeGreaterThan(20);
    expect(listed.filter((code) => !rest.includes(`'${code}'`))).toEqual([]);
  });

  it('ships nothing under a licence that asks more than its own text', () => {
    const free = /^\(?(MIT|Apache-2\.0|ISC|0BSD|BSD-[23]-Clause|BlueOak-1\.0\.0|Unlicense)( (OR|AND) [\w.-]+)*\)?$/;
    expect(shippedLicences().length).toBeGreaterThan(30);
    expect(shippedLicences().filter(({ licence }) => !free.test(licence))).toEqual([]);
    expect(read(licencesPath)).toBe(licencesPage());
  });

  it('has the configuration page that its variables make', () => {
    const squeeze = (text: string): string => text.replaceAll(/[ -]*\|[ -]*/g, '|').replaceAll(/\s+/g, ' ');
    expect(squeeze(read(configurationPath))).toBe(squeeze(configurationPage()));
  });
});

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function folderOf(file: string): string {
  return file.split('/').slice(1, -1)[0] ?? '';
}

function imports(file: string): { name: string; isType: boolean }[] {
  const pattern = /(?:import|export)\s+(type\s+)?(?:[\w*{][^;]*?\sfrom\s+)?'([^']+)'|import\('([^']+)'\)/g;
  return [...read(file).matchAll(pattern)].map(([, type, name, lazy]) => ({
    name: name ?? lazy ?? '',
    isType: type !== undefined,
  }));
}

function packageImports(file: string): { name: string; isType: boolean }[] {
  return imports(file).filter(({ name }) => !name.startsWith('.') && !name.startsWith('node:'));
}

/** Paths below `src`, like `consumer/ports.ts`. */
function ownImports(file: string): string[] {
  return imports(file)
    .filter(({ name }) => name.startsWith('.'))
    .map(({ name }) => relative(join(root, 'src'), resolve(root, file, '..', name)));
}
