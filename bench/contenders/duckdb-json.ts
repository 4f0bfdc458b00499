import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** Converts by DuckDB: `duckdb-json.js <file> <folder> <columns as JSON, or inferred> <threads> <V1|V2>`. */
const [file = '', folder = '', columns = 'inferred', threads = '1', version = 'V1'] = process.argv.slice(2);

/** The columns as DuckDB takes them, for example `{deviceId: 'VARCHAR'}`. */
function columnsClause(): string {
  if (columns === 'inferred') return '';
  const given: Record<string, string> = JSON.parse(columns);
  const pairs = Object.entries(given).map(([name, type]) => `"${name}": '${type}'`);
  return `, columns = {${pairs.join(', ')}}`;
}

const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();
// with several threads DuckDB is faster when it may write rows in any order
await connection.run('SET preserve_insertion_order = false');
await connection.run(
  `COPY (FROM read_json('${file}', format = 'newline_delimited'${columnsClause()}))
   TO '${join(folder, 'out.parquet')}' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION ${version})`,
);
connection.closeSync();
