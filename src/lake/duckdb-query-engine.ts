import { fileURLToPath } from 'node:url';
import { quoteName, quoteText, type QueryEngine } from '../report/query-engine.ts';
import { messageOf, PipelineError } from '../runtime/errors.ts';
import { loadDuckdb } from './load-duckdb.ts';

export interface DuckdbTable {
  readonly name: string;
  /** URI of the table's folder, `file:///…/`. */
  readonly location: string;
  /** Gives the URIs of the table's files as they are now, where not every file of the folder is one; `undefined`: every one is. */
  readonly files?: () => Promise<readonly string[] | undefined>;
}

/** Runs SQL in DuckDB, with the tables of a local lake as views. DuckDB is loaded when needed: it is a large optional dependency. */
export async function createDuckdbQueryEngine(tables: readonly DuckdbTable[]): Promise<QueryEngine> {
  const duckdb = await loadDuckdb('queries a local lake');
  const instance = await duckdb.DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const run = async (sql: string): Promise<Record<string, unknown>[]> => {
    try {
      return (await connection.runAndReadAll(sql)).getRowObjectsJS();
    } catch (error) {
      throw new PipelineError('QUERY_FAILED', {
        message: `DuckDB: ${messageOf(error)}`,
        retryable: false,
        cause: error,
      });
    }
  };
  const shown = new Map<string, string>();
  const show = async ({ name, location, files }: DuckdbTable): Promise<void> => {
    const uris = await files?.();
    const from = uris === undefined ? quoteText(filesBelow(location)) : filesOf(name, uris);
    // what it reads has not changed: it need not look at its files again
    if (shown.get(name) === from) return;
    await run(
      `CREATE OR REPLACE VIEW ${quoteName(name)} AS SELECT * FROM read_parquet(${from}, hive_partitioning = true, hive_types_autocast = false, union_by_name = true)`,
    );
    shown.set(name, from);
  };
  const close = async (): Promise<void> => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    for (const table of tables) await show(table);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    name: 'DuckDB',
    query: async (sql) => {
      for (const table of tables) if (table.files !== undefined) await show(table);
      return run(sql);
    },
    close,
  };
}

function filesOf(name: string, uris: readonly string[]): string {
  if (uris.length === 0)
    throw new PipelineError('QUERY_FAILED', { message: `the table ${name} has no files yet`, retryable: true });
  return `[${uris.map((uri) => quoteText(fileURLToPath(uri))).join(', ')}]`;
}

/** The pattern of all Parquet files below the folder; the folder's own name is no pattern. */
function filesBelow(location: string): string {
  const folder = fileURLToPath(location).replaceAll(/[*?[]/g, '[$&]');
  return `${folder}**/*.parquet`;
}
