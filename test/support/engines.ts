import type { AwsEmulator } from '../../src/devstack/emulators.ts';
import { startTrino } from '../../src/devstack/trino.ts';
import { duckdbOnEmulator } from './duckdb-s3.ts';
import { openDuckdbWithIceberg } from './iceberg-readers.ts';
import { startSpark, type ValueDeletes } from './spark.ts';

/** An engine that reads and changes Iceberg tables in the emulator's Glue. */
export interface Engine {
  /** Resolves with rows as lists of values. */
  query(sql: string): Promise<unknown[][]>;
  /** The number of data files that a query has to open. */
  filesOf(sql: string): Promise<number>;
  /** The table's name with the engine's catalog. */
  nameOf(table: string): string;
  /** Has all files of the table written again, without the rows that are deleted. */
  rewrite(table: string): Promise<void>;
  /** Expires all snapshots but the current one. */
  expire(table: string): Promise<void>;
}

export interface Engines extends AsyncDisposable {
  readonly trino: Engine;
  readonly spark: Engine & { deleteValues(deletes: ValueDeletes): Promise<void> };
}

export async function startEngines(aws: Pick<AwsEmulator, 'endpoint'>): Promise<Engines> {
  const [trino, spark] = await Promise.all([
    startTrino({ endpoint: aws.endpoint, database: 'default' }),
    startSpark(aws.endpoint),
  ]);
  const inTrino = (table: string) => `iceberg.${table}`;
  const inSpark = (table: string) => `lake.${table}`;
  const runInSpark = async (sql: string) => (await spark.query(sql)).rows.map((row) => Object.values(row));
  return {
    trino: {
      query: async (sql) => (await trino.query(sql)).rows,
      filesOf: async (sql) => {
        const { rows } = await trino.query(`EXPLAIN ANALYZE VERBOSE ${sql}`);
        return Number(/'dataFiles' = LongCount\{total=(\d+)\}/.exec(String(rows))?.[1]);
      },
      nameOf: inTrino,
      rewrite: async (table) => {
        await trino.query(`ALTER TABLE ${inTrino(table)} EXECUTE optimize`);
      },
      expire: async (table) => {
        await trino.query(`ALTER TABLE ${inTrino(table)} EXECUTE expire_snapshots(retention_threshold => '0s')`);
      },
    },
    spark: {
      query: runInSpark,
      filesOf: async (sql) => Number((await spark.query(sql)).files),
      nameOf: inSpark,
      rewrite: async (table) => {
        await spark.query(
          `CALL lake.system.rewrite_data_files(table => '${table}', options => map('rewrite-all', 'true'))`,
        );
      },
      expire: async (table) => {
        const now = `older_than => TIMESTAMP '2100-01-01 00:00:00', retain_last => 1`;
        await spark.query(`CALL lake.system.expire_snapshots(table => '${table}', ${now})`);
      },
      deleteValues: async (deletes) => spark.deleteValues({ ...deletes, table: inSpark(deletes.table) }),
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([trino.stop(), spark.stop()]);
    },
  };
}

interface ReadTable {
  readonly name: string;
  readonly metadataLocation: string;
}

/** Reads two columns of a table by every reader that knows both kinds of deletes, in the order of the first. */
export async function readByAll(
  { name, metadataLocation }: ReadTable,
  columns: readonly [string, string],
  { trino, spark, endpoint }: Engines & { readonly endpoint: string },
): Promise<Record<string, unknown[][]>> {
  const sql = (from: string) => `SELECT ${columns.join(', ')} FROM ${from} ORDER BY 1`;
  const duckdb = await openDuckdbWithIceberg(await duckdbOnEmulator(endpoint));
  const inDuckdb = await duckdb(sql(`iceberg_scan('${metadataLocation}')`));
  return {
    Trino: await trino.query(sql(trino.nameOf(name))),
    Spark: await spark.query(sql(spark.nameOf(name))),
    DuckDB: inDuckdb.map((row) => Object.values(row)),
  };
}
