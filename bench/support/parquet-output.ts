import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createDuckdbQueryEngine } from '../../src/lake/duckdb-query-engine.ts';

const waitMsMax = 180_000;

/** Queries by DuckDB, an independent reader. */
export async function query(sql: string): Promise<Record<string, unknown>[]> {
  const engine = await createDuckdbQueryEngine([]);
  try {
    return await engine.query(sql);
  } finally {
    await engine.close();
  }
}

/** SQL that reads all files below a folder. */
export function parquetOf(folder: string): string {
  return `read_parquet('${folder.replaceAll("'", "''")}/**/*.parquet', union_by_name = true, hive_partitioning = false)`;
}

export interface Expectation {
  readonly records: number;
  /** SQL of a value that must differ from row to row; left out: only rows are counted. */
  readonly distinct?: string;
  /** Column that is checked to be a timestamp. */
  readonly timestamp?: string;
}

/** Rejects when the files hold another number of rows than they should; resolves with their bytes. */
export async function checkParquet(folder: string, { records, distinct, timestamp }: Expectation): Promise<number> {
  const different = distinct === undefined ? 'count(*)' : `count(DISTINCT ${distinct})`;
  const type = timestamp === undefined ? "'TIMESTAMP'" : `any_value(typeof(${timestamp}))`;
  const sql = `SELECT count(*) AS rows, ${different} AS differing, ${type} AS type FROM ${parquetOf(folder)}`;
  const [found] = await query(sql);
  const { rows, differing, type: of } = Object(found);
  if (Number(rows) !== records) throw new Error(`${folder} holds ${Number(rows)} rows, expected ${records}`);
  if (Number(differing) !== records)
    throw new Error(`${folder} holds ${Number(differing)} different rows of ${records}`);
  if (!String(of).startsWith('TIMESTAMP')) throw new Error(`${folder}: ${timestamp} is ${String(of)}`);
  return parquetBytes(folder);
}

export async function parquetFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith('.parquet')).map((name) => join(folder, name));
}

export async function parquetBytes(folder: string): Promise<number> {
  const sizes = (await parquetFiles(folder)).map(async (path) => (await stat(path)).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Resolves when the folder's files hold that many rows. */
export async function untilRows(folder: string, rows: number): Promise<void> {
  const deadlineMs = performance.now() + waitMsMax;
  for (;;) {
    const files = await parquetFiles(folder).catch(() => []);
    const [found] = files.length === 0 ? [] : await query(`SELECT count(*) AS rows FROM ${parquetOf(folder)}`);
    if (Number(Object(found).rows) >= rows) return;
    if (performance.now() > deadlineMs)
      throw new Error(`${folder} does not hold ${rows} rows after ${waitMsMax / 1000} s`);
    await delay(500);
  }
}
