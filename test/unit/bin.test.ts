import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const packageJson = JSON.parse(readFileSync('package.json', 'utf8'));

it('runs what was built, and finds the package around it', async () => {
  const { stdout } = await run(process.execPath, ['bin/glueless.js', '--version']);
  expect(stdout).toMatch(new RegExp(`^glueless ${packageJson.version} \\(`));
});

it('says in one line which Node it needs, where an older one starts it', async () => {
  const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.9.0' } })`;
  const started = run(process.execPath, [
    '--import',
    `data:text/javascript,${encodeURIComponent(older)}`,
    'bin/glueless.js',
  ]);
  await expect(started).rejects.toMatchObject({
    code: 2,
    stderr: 'glueless needs Node 24 or newer, and this is Node 22.9.0\n',
  });
});
