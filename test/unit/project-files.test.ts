import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(path, 'utf8');
const packageJson = JSON.parse(read('package.json'));

it('pins every action of the workflows to one version', () => {
  const used = globSync('.github/workflows/*.yml').flatMap((path) =>
    [...read(path).matchAll(/uses: (\S+)/g)].map(([, action = '']) => action),
  );
  expect(used.length).toBeGreaterThan(8);
  expect(used.filter((action) => !/^[\w-]+\/[\w-]+@v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
});

it('runs one version of Node in scripts, workflows and version managers', () => {
  expect(read('.node-version').trim()).toBe(packageJson.devDependencies.node);
  expect(read('docker/Dockerfile')).toContain(`NODE_IMAGE=node:${packageJson.devDependencies.node.split('.')[0]}-`);
  expect(packageJson.engines.node).toBe(`>=${packageJson.devDependencies.node.split('.')[0]}`);
});

it('runs scripts in workflows that the package has', () => {
  const scripts = globSync('.github/workflows/*.yml').flatMap((path) =>
    [...read(path).matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script),
  );
  expect(scripts).not.toEqual([]);
  expect(scripts.filter((script) => packageJson.scripts[script] === undefined)).toEqual([]);
});

it('has in scripts/ what npm run starts, and nothing else: parts lie in folders', () => {
  const started = Object.values<string>(packageJson.scripts).flatMap(
    (command) => command.match(/\bscripts\/\S+/g) ?? [],
  );
  expect(globSync('scripts/*.*').toSorted()).toEqual([...new Set(started)].toSorted());
});

it('has a changelog for its version, and changes under Unreleased', () => {
  const changelog = read('CHANGELOG.md');
  expect(changelog).toContain(`## [${packageJson.version}]`);
  expect(changelog).toContain('## [Unreleased]');
});

it('can be published with provenance only, with its licence and without sources or tests', () => {
  expect(packageJson).toMatchObject({ license: 'Apache-2.0', publishConfig: { access: 'public', provenance: true } });
  expect(packageJson.private).toBeUndefined();
  expect(read('LICENSE')).toMatch(/Apache License\s+Version 2\.0/);
  const [{ files }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8' }),
  );
  const paths: string[] = files.map(({ path }: { readonly path: string }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md', 'bin/glueless.js', 'dist/cli.js']),
  );
  expect(paths.filter((path) => !/^(dist\/|bin\/|LICENSE|README\.md|CHANGELOG\.md|package\.json)/.test(path))).toEqual(
    [],
  );
});
