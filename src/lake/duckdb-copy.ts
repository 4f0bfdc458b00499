import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { RewriteRequest } from '../consumer/ports/parquet-rewriter.ts';
import { quoteName, quoteText } from '../report/query-engine.ts';
import { messageOf, PipelineError } from '../runtime/errors.ts';
import { loadDuckdb } from './load-duckdb.ts';
import { fieldIdsSql, hasFractions, holdsNegativeZero, isWithin, selectRows, type AlikeFiles } from './rewrite-sql.ts';

export interface CopyRequest extends Omit<RewriteRequest, 'sources'> {
  readonly groups: readonly AlikeFiles[];
  /** The file to write. */
  readonly target: string;
  /** Where DuckDB may spill. */
  readonly folder: string;
  /** Bytes of a row in the sources. */
  readonly bytesPerRow: number;
}

export interface CopyForm {
  readonly codec: string;
  readonly isSmallest: boolean;
  readonly rowGroupRows: number;
}

/** DuckDB's share of the memory: what does not fit is spilled, and what can't be spilled gets the next share. */
const memoryLimits = ['64MB', '128MB', '512MB'] as const;

/** A row group is in memory until it is written: this many packed bytes of sources, whose rows are larger there by far, and never more rows. */
const rowGroupBytes = 3 * 1024 * 1024;
const rowGroupRowsMax = 65_536;

export interface CopiedRows {
  readonly rows: number;
  readonly leftOutRows: number;
}

/** Copies the rows of the files into one, sorted. */
export async function copyRows(request: CopyRequest, form: CopyForm): Promise<CopiedRows> {
  for (const memoryLimit of memoryLimits) {
    try {
      return await copyWithin(memoryLimit, request, form);
    } catch (error) {
      const isLast = memoryLimit === memoryLimits.at(-1);
      if (isLast || !(error instanceof PipelineError) || !error.message.includes('Out of Memory')) throw error;
    }
  }
  throw new RangeError('there is a last limit');
}

async function copyWithin(memoryLimit: string, request: CopyRequest, form: CopyForm): Promise<CopiedRows> {
  const { columns, groups, leftOut = [], orderBy, target } = request;
  const duckdb = await loadDuckdb('rewrites Parquet files');
  const instance = await duckdb.DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: memoryLimit,
    temp_directory: join(request.folder, 'spill'),
  });
  const connection = await instance.connect();
  try {
    await run(connection, `SET TimeZone = 'UTC'`);
    // each file is read once
    await run(connection, 'SET enable_external_file_cache = false');
    const rows = selectRows(columns, groups);
    const kept = leftOut.length === 0 ? rows : `SELECT * FROM (${rows}) WHERE (${isWithin(leftOut)}) IS NOT TRUE`;
    const leftOutRows =
      leftOut.length === 0 ? 0 : await count(connection, `SELECT * FROM (${rows}) WHERE ${isWithin(leftOut)}`);
    const known = new Set(columns.map(({ name }) => name));
    const sorted = orderBy.filter((name) => known.has(name)).map(quoteName);
    const order = sorted.length === 0 ? '' : ` ORDER BY ${sorted.join(', ')}`;
    const options = await optionsOf(connection, kept, request, form);
    const [written] = await run(connection, `COPY (${kept}${order}) TO ${quoteText(target)} (${options.join(', ')})`);
    return { rows: Number(written?.['Count']), leftOutRows };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function optionsOf(
  connection: DuckDBConnection,
  rows: string,
  { columns, fieldIds, bytesPerRow }: CopyRequest,
  { codec, isSmallest, rowGroupRows }: CopyForm,
): Promise<string[]> {
  const groupRowsMax = Math.min(rowGroupRows, rowGroupRowsMax);
  const groupRows = Math.max(2048, Math.min(groupRowsMax, Math.floor(rowGroupBytes / Math.max(1, bytesPerRow))));
  // its second version writes fractions by BYTE_STREAM_SPLIT, which Spark refuses
  const version = isSmallest || !columns.some(({ type }) => hasFractions(type)) ? 'v2' : 'v1';
  return [
    'FORMAT parquet',
    `CODEC ${codec}`,
    `PARQUET_VERSION ${version}`,
    `ROW_GROUP_SIZE ${groupRows}`,
    ...(fieldIds === undefined ? [] : [`FIELD_IDS ${fieldIdsSql(fieldIds)}`]),
    // its dictionaries take 0.0 and -0.0 for one value
    ...((await hasNegativeZero(connection, rows, columns)) ? ['DICTIONARY_SIZE_LIMIT 0'] : []),
  ];
}

async function hasNegativeZero(
  connection: DuckDBConnection,
  rows: string,
  columns: CopyRequest['columns'],
): Promise<boolean> {
  const condition = holdsNegativeZero(columns);
  if (condition === undefined) return false;
  return (await count(connection, `SELECT 1 FROM (${rows}) WHERE ${condition} LIMIT 1`)) > 0;
}

async function count(connection: DuckDBConnection, rows: string): Promise<number> {
  const [found] = await run(connection, `SELECT count(*) AS n FROM (${rows})`);
  return Number(found?.['n']);
}

async function run(connection: DuckDBConnection, sql: string): Promise<Record<string, unknown>[]> {
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJS();
  } catch (error) {
    throw explain(error);
  }
}

/** What DuckDB says when the disk of its files, or of what it spills, is full. */
const diskFull = /No space left on device|Disk quota exceeded|max_temp_directory_size/;

function explain(error: unknown): PipelineError {
  const message = `DuckDB can't rewrite the files: ${messageOf(error)}`;
  if (!diskFull.test(message)) return new PipelineError('ENCODE_FAILED', { message, retryable: false, cause: error });
  return new PipelineError('STORE_FULL', {
    message,
    retryable: true,
    hint: 'make room in the folder for temporary files (TMPDIR), or lower TARGET_FILE_BYTES; the files stay as they are',
    cause: error,
  });
}
