import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configurationPage, configurationPath } from '../../scripts/docs/configuration-page.ts';
import {
  circles,
  environmentReaders,
  forbiddenImports,
  folderCircles,
  fragments,
  loadedFiles,
  loadedPackages,
  needlessPermissions,
  modulesOutOfOrder,
  strayPackages,
  type SourceTree,
} from '../support/source-rules.ts';
import { licencesPage, licencesPath, shippedLicences } from '../../scripts/docs/licences-page.ts';

const root = resolve(import.meta.dirname, '../..');
const files = sourceFiles('src');
const tree: SourceTree = new Map(files.map((file) => [file, read(file)]));

describe('the house', () => {
  it('lets each module import only what stands below it, of types as well', () => {
    expect(forbiddenImports(tree)).toEqual([]);
    expect(modulesOutOfOrder()).toEqual([]);
    expect(needlessPermissions(tree)).toEqual([]);
  });

  it('has no imports in a circle, of types as well', () => {
    expect(circles(tree)).toEqual([]);
    expect(folderCircles(tree)).toEqual([]);
  });

  it('keeps every SDK in its module; what wires sees types only', () => {
    expect(strayPackages(tree)).toEqual([]);
  });

  it('loads no package for the way from records to Parquet: zod alone has a hundred files', () => {
    const way = ['src/consumer/table/table-writer.ts', 'src/parquet/column-encoder.ts'];
    const packages = way.flatMap((file) => [...loadedPackages(tree, file)]);
    expect(packages.filter((name) => !name.startsWith('node:'))).toEqual([]);
  });

  it('loads no code of the screen where there is no terminal', () => {
    const commands = ['cli', 'commands/consume', 'commands/replay', 'commands/produce', 'commands/verify'];
    const packages = commands.flatMap((name) => [...loadedPackages(tree, `src/${name}.ts`)]);
    expect(packages).toContain('pino');
    expect(packages).not.toContain('string-width');
  });

  it('loads nothing of hours, alerts and who is told of them with a service that settles no hours', () => {
    const loaded = [...loadedFiles(tree, 'src/commands/consume.ts')];
    expect(loaded).toContain('src/consumer/service/pipeline.ts');
    const modules = ['src/hours/', 'src/alerts/', 'src/outbox/', 'src/aws/', 'src/monitor/'];
    expect(loaded.filter((file) => modules.some((module) => file.startsWith(module)))).toEqual([]);
  });

  it('loads no client of schema registries with a service that has none, nor Node’s module for HTTP, whose import brings 14 MB', () => {
    const loaded = [...loadedFiles(tree, 'src/commands/consume.ts')];
    expect(loaded.filter((file) => file.startsWith('src/registry/'))).toEqual([]);
    expect([...loadedPackages(tree, 'src/commands/consume.ts')]).not.toContain('node:http');
  });

  it('reads the environment in one file', () => {
    expect(environmentReaders(tree)).toEqual(['src/runtime/environment.ts']);
  });

  it('lets nothing but tests import from the tests', () => {
    const others = ['src', 'bench', 'scripts', 'infra'].flatMap(sourceFiles).filter((file) => !file.includes('/test/'));
    expect(others.length).toBeGreaterThan(200);
    expect(others.filter((file) => /from '(\.\.\/)+test\//.test(read(file)))).toEqual([]);
  });

  it('begins no docstring with a preposition: they are sentences', () => {
    expect(fragments(tree)).toEqual([]);
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
