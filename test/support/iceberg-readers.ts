import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { DuckDBInstance, version as duckdbVersion } from '@duckdb/node-api';
import { onTestFinished } from 'vitest';
import { cacheFolder, onceIn } from '../../src/devstack/cache.ts';

const run = promisify(execFile);

const packages = ['pyiceberg[glue]==0.12.0', 'pyarrow==21.0.0'];
/** Extensions of DuckDB, each made for one version of it. */
const extensions = ['avro', 'iceberg'];

/** Provides a Python in `.cache` with PyIceberg, and the extensions with which DuckDB reads Iceberg. Resolves with its folder. */
export async function provideIcebergReaders(): Promise<string> {
  const folder = cacheFolder('iceberg-readers');
  const venv = join(folder, 'venv');
  const wheels = extensions.map((name) => `duckdb-extension-${name}==${numberOf(duckdbVersion())}`);
  const stamp = [...packages, ...wheels].join('_').replaceAll(/[^\w.]+/g, '-');
  await onceIn(folder, stamp, async () => {
    await run('python3', ['-m', 'venv', '--clear', venv]);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await run(join(venv, 'bin', 'python'), [...install, ...packages]);
    // they ask for DuckDB's own Python package, which nobody needs here
    await run(join(venv, 'bin', 'python'), [...install, '--no-deps', ...wheels]);
  });
  return venv;
}

export interface PyicebergRequest {
  /** Location of the table's metadata file. */
  readonly metadata?: string;
  /** Properties of the catalog, and the table's full name in it. */
  readonly catalog?: Readonly<Record<string, string>>;
  readonly name?: string;
  /** Properties of the store that holds the files. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly select?: readonly string[];
  readonly filters?: readonly string[];
  readonly files?: boolean;
  readonly snapshots?: boolean;
}

export interface PyicebergAnswer {
  readonly location: string;
  /** The current snapshot's rows, by their Kafka coordinates. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** For each filter: the files that have to be opened for it, and the rows that it fits. */
  readonly filters: readonly { readonly files: number; readonly rows: number }[];
  /** Paths of the current snapshot's data files. */
  readonly files: readonly string[];
  /** Counts of every snapshot, oldest first. */
  readonly snapshots: readonly { readonly id: string; readonly rows: number; readonly distinct: number }[];
}

/** Reads a table by PyIceberg, without any code of ours. */
export async function readWithPyiceberg(request: PyicebergRequest): Promise<PyicebergAnswer> {
  return JSON.parse(await runPyiceberg('read-iceberg.py', request));
}

export interface PyicebergChange {
  readonly catalog: Readonly<Record<string, string>>;
  readonly name: string;
  readonly addColumns?: Readonly<Record<string, 'double' | 'long' | 'string'>>;
  /** Rows that go. */
  readonly delete?: string;
  /** Expires all snapshots but the current one. */
  readonly expire?: boolean;
}

/** Changes a table by PyIceberg, as another team does. */
export async function changeWithPyiceberg(change: PyicebergChange): Promise<void> {
  await runPyiceberg('change-iceberg.py', change);
}

async function runPyiceberg(script: string, request: object): Promise<string> {
  const venv = await provideIcebergReaders();
  const python = spawn(join(venv, 'bin', 'python'), [join('test/support', script)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(python, 'exit');
  python.stdin.end(JSON.stringify(request));
  const answer = await text(python.stdout);
  const [code] = await exit;
  if (code !== 0) throw new Error(`${script} ended with ${String(code)}`);
  return answer;
}

/** Opens DuckDB with its Iceberg extension: `iceberg_scan('…metadata.json')` reads a table. `setup` is run first. */
export async function openDuckdbWithIceberg(
  setup: readonly string[] = [],
): Promise<(sql: string) => Promise<Record<string, unknown>[]>> {
  const venv = await provideIcebergReaders();
  const { stdout } = await run(join(venv, 'bin', 'python'), [
    '-c',
    'import sysconfig; print(sysconfig.get_path("purelib"))',
  ]);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  onTestFinished(() => {
    connection.closeSync();
    instance.closeSync();
  });
  for (const name of extensions) {
    const path = [stdout.trim(), `duckdb_extension_${name}`, 'extensions', duckdbVersion(), `${name}.duckdb_extension`];
    await connection.run(`LOAD '${join(...path)}'`);
  }
  for (const statement of setup) await connection.run(statement);
  return async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
}

function numberOf(version: string): string {
  return version.replace(/^v/, '');
}
