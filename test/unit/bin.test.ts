import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
/** `@scope/name` of `@scope/name/file`. */
const packageOf = (path: string): string => path.split('/', path.startsWith('@') ? 2 : 1).join('/');

const packageJson = JSON.parse(readFileSync('package.json', 'utf8'));

it('runs what was built, and finds the package around it', async () => {
  const { stdout } = await run(process.execPath, ['bin/glueless.js', '--version']);
  expect(stdout).toMatch(new RegExp(`^glueless ${packageJson.version} \\(`));
});

it('is started with options that this Node knows', async () => {
  const [firstLine = ''] = readFileSync('bin/glueless.js', 'utf8').split('\n');
  const options = firstLine.match(/--\S+/gv) ?? [];
  expect(options.length).toBeGreaterThan(0);
  const { stdout } = await run(process.execPath, [...options, 'bin/glueless.js', '--version']);
  expect(stdout).toMatch(/^glueless /);
});

it('is started by its first line, of which Linux reads 255 bytes', async () => {
  const [firstLine = ''] = readFileSync('bin/glueless.js', 'utf8').split('\n');
  expect(firstLine.length).toBeLessThan(255);
  const path = `${dirname(process.execPath)}:${process.env['PATH']}`;
  const { stdout } = await run('bin/glueless.js', ['--version'], { env: { PATH: path } });
  expect(stdout).toMatch(/^glueless /);
});

it('needs only packages that are installed with it', () => {
  const files = readdirSync('dist', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  const texts = files
    .filter((name) => !name.startsWith('monitor/'))
    .map((name) => readFileSync(join('dist', name), 'utf8'));
  const imported = texts.flatMap((text) =>
    [...text.matchAll(/(?:^import [^"]*|^\} from |import\()"([^"]+)"/gm)].map(([, name = '']) => name),
  );
  const packages = imported.filter((name) => !/^[.#]|^node:/.test(name)).map(packageOf);
  const installed = Object.keys({ ...packageJson.dependencies, ...packageJson.optionalDependencies });
  expect(packages.length).toBeGreaterThan(20);
  expect(new Set(packages).difference(new Set(installed))).toEqual(new Set());
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
