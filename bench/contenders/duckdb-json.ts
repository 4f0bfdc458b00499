import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** Converts by DuckDB: `duckdb-json.js <file> <folder> <clause of the columns, or ''> <threads> <V1|V2>`. */
const [file = '', folder = '', columns = '', threads = '1', version = 'V1'] = process.argv.slice(2);

const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();
// with several threads DuckDB is faster when it may write rows in any order
await connection.run('SET preserve_insertion_order = false');
await connection.run(
  `COPY (FROM read_json('${file}', format = 'newline_delimited'${columns}))
   TO '${join(folder, 'out.parquet')}' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION ${version})`,
);
connection.closeSync();
