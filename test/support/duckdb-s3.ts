import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { version as duckdbVersion } from '@duckdb/node-api';
import { cacheFolder, onceIn } from '../../src/devstack/cache.ts';
import { provideIcebergReaders } from './iceberg-readers.ts';

const run = promisify(execFile);

/** Provides the extension by which DuckDB speaks HTTP and reads S3, in `.cache`; gives the statement that loads it. */
export async function loadHttpfs(): Promise<string[]> {
  const folder = cacheFolder('duckdb-httpfs');
  const version = duckdbVersion();
  const wheel = `duckdb-extension-httpfs==${version.replace(/^v/, '')}`;
  const venv = await provideIcebergReaders();
  await onceIn(folder, version, async () => {
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--upgrade'];
    await run(join(venv, 'bin', 'python'), [...install, '--target', folder, wheel]);
  });
  return [`LOAD '${join(folder, 'duckdb_extension_httpfs', 'extensions', version, 'httpfs.duckdb_extension')}'`];
}

/** Gives the statements by which DuckDB reads the emulator's S3. */
export async function duckdbOnEmulator(endpoint: string): Promise<string[]> {
  const { host } = new URL(endpoint);
  return [
    ...(await loadHttpfs()),
    `CREATE SECRET (TYPE s3, KEY_ID 'test', SECRET 'test', REGION 'us-east-1', ENDPOINT '${host}', URL_STYLE 'path', USE_SSL false)`,
  ];
}
