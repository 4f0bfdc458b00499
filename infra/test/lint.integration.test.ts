import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { cacheFolder, onceIn } from '../../src/devstack/cache.ts';

const run = promisify(execFile);
const cfnLint = 'cfn-lint==1.58.0';

it('cfn-lint finds nothing in the shipped templates', async () => {
  const folder = cacheFolder('cfn-lint');
  const program = join(folder, 'venv', 'bin', 'cfn-lint');
  await onceIn(folder, cfnLint, async () => {
    await run('python3', ['-m', 'venv', '--clear', join(folder, 'venv')]);
    await run(join(folder, 'venv', 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', cfnLint]);
  });
  const templates = ['Platform', 'Service'].map((name) => `infra/templates/Glueless${name}.template.json`);
  const { stdout } = await run(program, ['--regions', 'us-east-1', 'eu-west-1', '--', ...templates]);
  expect(stdout.trim()).toBe('');
});
