import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { builtContender } from '../../support/built.ts';
import { plainEnvironment } from '../../support/glueless.ts';
import type { ColumnType, Columns } from '../../kinds/columns.ts';
import type { JsonPeer } from '../../support/json-peer.ts';

const { version } = createRequire(import.meta.url)('@duckdb/node-api/package.json');

const keptInferred =
  'JSON text for fields of several types, maps for objects whose keys are data; fields that none of the first 20,480 records has are dropped, and integers beyond 2^63 become doubles';

interface Settings {
  readonly columns: 'given' | 'inferred';
  readonly threads: 'one' | 'all';
  readonly parquet: 'V1' | 'V2';
}

export const inferred = duckdb({ columns: 'inferred', threads: 'one', parquet: 'V1' });
export const columnsGiven = duckdb({ columns: 'given', threads: 'one', parquet: 'V1' });
/** Measured for its files, which are smaller. */
export const v2 = duckdb({ columns: 'inferred', threads: 'one', parquet: 'V2' });
export const allThreads = { ...duckdb({ columns: 'given', threads: 'all', parquet: 'V1' }), kinds: ['regular'] };

function duckdb({ columns, threads, parquet }: Settings): JsonPeer {
  const onThreads = threads === 'one' ? '1 thread' : 'all threads';
  return {
    name: `DuckDB ${version}, columns ${columns}, ${onThreads}${parquet === 'V2' ? ', V2' : ''}`,
    settings: [
      `COPY (FROM read_json(…)) TO … (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION ${parquet}), row groups as by default`,
      `columns ${columns}, preserve_insertion_order = false, ${onThreads}`,
      columns === 'given' ? 'JSON text for fields of several types and for objects whose keys are data' : keptInferred,
    ],
    provide: async () => {
      await import('@duckdb/node-api');
    },
    invocation: ({ file, folder, kind }) => ({
      command: process.execPath,
      args: [
        builtContender('duckdb-json'),
        file,
        folder,
        columns === 'given' ? clauseOf(kind.columns) : '',
        String(threads === 'one' ? 1 : availableParallelism()),
        parquet,
      ],
      env: plainEnvironment(),
    }),
  };
}

/** Says the columns as `read_json` takes them: `, columns = {"deviceId": 'VARCHAR'}`. */
function clauseOf(columns: Columns): string {
  const pairs = Object.entries(columns).map(([name, type]) => `"${name}": '${typeOf(type)}'`);
  return `, columns = {${pairs.join(', ')}}`;
}

function typeOf(type: ColumnType): string {
  if (type === 'string') return 'VARCHAR';
  if (typeof type === 'string') return type.toUpperCase();
  if ('elements' in type) return `${typeOf(type.elements)}[]`;
  const fields = Object.entries(type.fields).map(([name, of]) => `"${name}" ${typeOf(of)}`);
  return `STRUCT(${fields.join(', ')})`;
}
