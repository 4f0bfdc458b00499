import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** Converts by DuckDB: `duckdb-json.js <file> <folder> <given|inferred> <threads>`. */
const [file = '', folder = '', columns = 'given', threads = '1'] = process.argv.slice(2);

const given = "{deviceId: 'VARCHAR', patientId: 'VARCHAR', temperature: 'DOUBLE', eventTime: 'TIMESTAMP'}";
const how = columns === 'given' ? `, columns = ${given}` : '';
const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();
// with several threads DuckDB is faster when it may write rows in any order
await connection.run('SET preserve_insertion_order = false');
await connection.run(
  `COPY (SELECT deviceId, patientId, temperature, eventTime::TIMESTAMP AS eventTime
         FROM read_json('${file}', format = 'newline_delimited'${how}))
   TO '${join(folder, 'out.parquet')}' (FORMAT parquet, COMPRESSION zstd)`,
);
connection.closeSync();
