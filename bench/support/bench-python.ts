import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, onceIn } from '../../src/devstack/cache.ts';
import { plainEnvironment } from './glueless.ts';
import type { RecordKind } from '../kinds/kind.ts';
import type { JsonPeer } from './json-peer.ts';

const run = promisify(execFile);

export const polarsVersion = '2.1.0';
export const pyarrowVersion = '26.0.1';
const packages = [`polars==${polarsVersion}`, `pyarrow==${pyarrowVersion}`];
const folder = cacheFolder('bench', 'python');

/** Path of the interpreter that `provideBenchPython` installs polars and pyarrow for. */
export const benchPython = join(folder, 'venv', 'bin', 'python');

/** Installs polars and pyarrow by pip into `.cache`, once. */
export async function provideBenchPython(): Promise<void> {
  await onceIn(folder, packages.join('_').replaceAll(/[^\w.]+/g, '-'), async () => {
    await run('python3', ['-m', 'venv', '--clear', join(folder, 'venv')]);
    await run(benchPython, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
  });
}

export interface PythonPeer {
  /** Name of the package, and of its branch in `json-to-parquet.py`. */
  readonly name: string;
  readonly version: string;
  readonly settings: string;
  /** 0: all. */
  readonly threads: number;
}

/** Makes a peer of a Python package that converts by `bench/contenders/json-to-parquet.py`. */
export function pythonPeer({ name, version, settings, threads }: PythonPeer): JsonPeer {
  const onThreads = threads === 1 ? '1 thread' : 'all threads';
  return {
    name: `${name} ${version}, ${onThreads}`,
    settings: [`${settings}, ${onThreads}`],
    provide: provideBenchPython,
    invocation: ({ file, folder: output, kind }) => ({
      command: benchPython,
      args: ['bench/contenders/json-to-parquet.py', name, file, output, String(threads), ...timeOf(kind)],
      env: plainEnvironment(),
    }),
  };
}

function timeOf({ eventTimeField }: RecordKind): string[] {
  return eventTimeField === undefined ? [] : [eventTimeField];
}
