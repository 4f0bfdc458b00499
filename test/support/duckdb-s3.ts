import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { version as duckdbVersion } from '@duckdb/node-api';
import { cacheFolder, onceIn } from '../../src/devstack/cache.ts';

const run = promisify(execFile);

/** Provides the extension by which DuckDB reads S3, in `.cache`; gives the statements that make it read the emulator. */
export async function duckdbOnEmulator(endpoint: string): Promise<string[]> {
  const folder = cacheFolder('duckdb-httpfs');
  const version = duckdbVersion();
  const wheel = `duckdb-extension-httpfs==${version.replace(/^v/, '')}`;
  await onceIn(folder, version, async () => {
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--upgrade'];
    await run('python3', [...install, '--target', folder, wheel]);
  });
  const extension = join(folder, 'duckdb_extension_httpfs', 'extensions', version, 'httpfs.duckdb_extension');
  const { host } = new URL(endpoint);
  return [
    `LOAD '${extension}'`,
    `CREATE SECRET (TYPE s3, KEY_ID 'test', SECRET 'test', REGION 'us-east-1', ENDPOINT '${host}', URL_STYLE 'path', USE_SSL false)`,
  ];
}
