import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { builtContender } from '../../support/built.ts';
import { plainEnvironment } from '../../support/glueless.ts';
import type { JsonPeer } from '../../support/json-peer.ts';

const { version } = createRequire(import.meta.url)('@duckdb/node-api/package.json');

export const columnsGiven = duckdb('given', 1);
export const inferred = duckdb('inferred', 1);
export const allThreads = duckdb('given', 0);

function duckdb(columns: 'given' | 'inferred', threads: number): JsonPeer {
  const copy = 'COPY (SELECT … FROM read_json(…)) TO … (FORMAT parquet, COMPRESSION zstd), row groups as by default';
  const onThreads = threads === 1 ? '1 thread' : 'all threads';
  return {
    name: `DuckDB ${version}, columns ${columns}, ${onThreads}`,
    settings: [copy, `columns ${columns}, event time as TIMESTAMP, preserve_insertion_order = false, ${onThreads}`],
    provide: async () => {
      await import('@duckdb/node-api');
    },
    invocation: ({ file, folder }) => ({
      command: process.execPath,
      args: [
        builtContender('duckdb-json'),
        file,
        folder,
        columns,
        String(threads === 0 ? availableParallelism() : threads),
      ],
      env: plainEnvironment(),
    }),
  };
}
