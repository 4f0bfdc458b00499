import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(path, 'utf8');

it('the image is made from a base that is named by its digest, and tells its commit', () => {
  const dockerfile = read('docker/Dockerfile');
  expect(dockerfile).toMatch(/^ARG NODE_IMAGE=node:24-bookworm-slim@sha256:[0-9a-f]{64}$/m);
  expect(dockerfile.match(/^FROM .*$/gm)).toEqual([
    'FROM ${NODE_IMAGE} AS build',
    'FROM ${NODE_IMAGE} AS dependencies',
    'FROM ${NODE_IMAGE}',
  ]);
  for (const workflow of ['ci', 'release'])
    expect(read(`.github/workflows/${workflow}.yml`)).toMatch(/COMMIT=\$\{\{ github\.sha \}\}/);
});

it('the image starts the installed command, whose first line says how Node is started', () => {
  expect(read('docker/Dockerfile')).toMatch(/^ENTRYPOINT \["\/app\/bin\/glueless.js"\]$/m);
  expect(read('docker/compose.yaml')).not.toContain('dist/cli.js');
});

it('every service of the compose file drops all capabilities', () => {
  const [, services = ''] = read('docker/compose.yaml').split(/^(?:services|volumes):$/m);
  const blocks = services.split(/^ {2}(?=\w+:$)/m).slice(1);
  expect(blocks.length).toBeGreaterThan(7);
  expect(blocks.filter((block) => !/<<: \*(hardened|glueless)$/m.test(block))).toEqual([]);
});
