import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, onceIn } from '../../src/devstack/cache.ts';

const run = promisify(execFile);

export const polarsVersion = '2.1.0';
export const pyarrowVersion = '26.0.1';
const packages = [`polars==${polarsVersion}`, `pyarrow==${pyarrowVersion}`];
const folder = cacheFolder('bench', 'python');

/** The interpreter with polars and pyarrow, once `provideBenchPython` has resolved. */
export const benchPython = join(folder, 'venv', 'bin', 'python');

/** Installs polars and pyarrow by pip into `.cache`, once. */
export async function provideBenchPython(): Promise<void> {
  await onceIn(folder, packages.join('_').replaceAll(/[^\w.]+/g, '-'), async () => {
    await run('python3', ['-m', 'venv', '--clear', join(folder, 'venv')]);
    await run(benchPython, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
  });
}
