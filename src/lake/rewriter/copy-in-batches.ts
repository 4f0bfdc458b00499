import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteName, quoteText } from '../../report/query-engine.ts';
import type { Column } from '../../schema/types/column-type.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { planBatches, type BatchPlan } from './column-batches.ts';
import { copyOptions } from './copy-options.ts';
import type { CopiedRows, CopyRequest, CopyTools } from './copy-request.ts';
import type { DuckdbSession } from './duckdb-session.ts';
import { localSource } from './local-source.ts';
import { duckdbType, holdsNegativeZero, isWithin, selectNumbered, selectNumbers } from './rewrite-sql.ts';

interface BatchTools extends CopyTools {
  readonly leavesMax: number;
}

/**
 * Copies a few columns at a time, so that memory does not grow with their number. The order of the rows is found once; each batch of columns is read into a
 * table of DuckDB, which spills, and written as one small file for each row group. These files are joined: pages are copied as they are.
 */
export async function copyInBatches(
  session: DuckdbSession,
  request: CopyRequest,
  tools: BatchTools,
): Promise<CopiedRows> {
  const { sources, folder, target, onProgress } = request;
  const plan = planBatches(sources.columns, {
    leavesMax: tools.leavesMax,
    groupRowsMax: tools.rowGroupRows,
    bytesPerRow: (columns) => sources.bytesPerRow(columns),
  });
  const rows = await orderRows(session, request);
  if (rows === 0) return { rows, leftOutRows: sources.rows };
  const pathOf = (group: number, batch: number): string => join(folder, `part-${group}-${batch}.parquet`);
  for (const [batch, columns] of plan.batches.entries()) {
    await loadBatch(session, columns, request);
    await copyBatch(session, { columns, plan, rows, pathOf: (group) => pathOf(group, batch) }, request, tools);
    await session.run('DROP TABLE batch');
    onProgress?.({ done: batch + 1, all: plan.batches.length });
  }
  const groups = Array.from({ length: Math.ceil(rows / plan.groupRows) }, (_, group) =>
    plan.batches.map((_columns, batch) => pathOf(group, batch)),
  );
  await joinFiles(groups, target, tools);
  return { rows, leftOutRows: sources.rows - rows };
}

/** Notes the numbers of the rows that stay, in their order: the position of a number is the row's id in that table. */
async function orderRows(session: DuckdbSession, { sources, orderBy, leftOut = [] }: CopyRequest): Promise<number> {
  const coordinates = leftOut.length === 0 ? [] : ['kafka_topic', 'kafka_partition', 'kafka_offset'];
  const needed = new Set([...orderBy, ...coordinates]);
  const columns = sources.columns.filter(({ name }) => needed.has(name));
  const known = new Set(columns.map(({ name }) => name));
  const rows = sources.alike(columns).map((group) => selectNumbered(columns, group, ({ name }) => quoteName(name)));
  const kept = leftOut.length === 0 ? '' : ` WHERE (${isWithin(leftOut)}) IS NOT TRUE`;
  const sorted = orderBy.filter((name) => known.has(name)).map(quoteName);
  return session.write(
    `CREATE TEMP TABLE ordered AS SELECT file_row_number AS number FROM (${rows.join(' UNION ALL ')})${kept} ORDER BY ${[...sorted, 'number'].join(', ')}`,
  );
}

/** Reads the columns of all rows into the table `batch`, under names that no column of a table has. */
async function loadBatch(session: DuckdbSession, columns: readonly Column[], { sources }: CopyRequest): Promise<void> {
  const types = columns.map(({ type }, index) => `${nameAt(index)} ${duckdbType(type)}`);
  await session.run(`CREATE TEMP TABLE batch (number BIGINT, ${types.join(', ')})`);
  for (const group of sources.alike(columns)) {
    const rows =
      group.names.size === 0
        ? `(number) ${selectNumbers(group)}`
        : selectNumbered(columns, group, (_, index) => nameAt(index));
    const loaded = await session.write(`INSERT INTO batch ${rows}`);
    if (loaded !== group.rows) throw lost(loaded, group.rows);
  }
}

interface CopiedBatch {
  readonly columns: readonly Column[];
  readonly plan: BatchPlan;
  readonly rows: number;
  readonly pathOf: (group: number) => string;
}

/** Writes a file for each row group. */
async function copyBatch(
  session: DuckdbSession,
  { columns, plan: { groupRows }, rows, pathOf }: CopiedBatch,
  { sources, fieldIds }: CopyRequest,
  form: CopyTools,
): Promise<void> {
  const names = new Set(columns.map(({ name }) => name));
  const options = copyOptions(
    {
      table: sources.columns,
      fieldIds: fieldIds && new Map([...fieldIds].filter(([name]) => names.has(name))),
      groupRows: groupRows * 2,
      hasNegativeZero: await hasNegativeZero(session, columns, sources.withZeros(columns)),
    },
    form,
  );
  const cells = columns.map(({ name }, index) => `${nameAt(index)} AS ${quoteName(name)}`).join(', ');
  for (let group = 0; group * groupRows < rows; group++) {
    const [start, end] = [group * groupRows, Math.min(rows, (group + 1) * groupRows)];
    const numbers = `SELECT number, rowid AS position FROM ordered WHERE rowid >= ${start} AND rowid < ${end}`;
    const selected = `SELECT ${cells} FROM (${numbers}) JOIN batch USING (number) ORDER BY position`;
    const copied = await session.write(`COPY (${selected}) TO ${quoteText(pathOf(group))} (${options})`);
    if (copied !== end - start) throw lost(copied, end - start);
  }
}

async function hasNegativeZero(
  session: DuckdbSession,
  columns: readonly Column[],
  withZeros: readonly Column[],
): Promise<boolean> {
  const renamed = withZeros.map((column) => ({ ...column, name: nameAt(columns.indexOf(column)) }));
  const condition = holdsNegativeZero(renamed);
  return condition !== undefined && (await session.count(`SELECT 1 FROM batch WHERE ${condition} LIMIT 1`)) > 0;
}

/** Joins the files of each row group; each goes once it is in the new one. */
async function joinFiles(
  groups: readonly (readonly string[])[],
  target: string,
  { joinColumns }: CopyTools,
): Promise<void> {
  const file = await open(target, 'w');
  try {
    const joiner = joinColumns((bytes) => file.writeFile(bytes));
    for (const paths of groups) {
      await joiner.addRows(await Promise.all(paths.map(localSource)));
      for (const path of paths) await rm(path);
    }
    await joiner.finish();
  } catch (error) {
    throw error instanceof RangeError ? unlike(error) : error;
  } finally {
    await file.close();
  }
}

function nameAt(index: number): string {
  return `c${index}`;
}

/** DuckDB has not written the files as they were asked for. */
function unlike(error: RangeError): PipelineError {
  const message = `files of columns that DuckDB has written can't be joined: ${error.message}; nothing was changed`;
  return new PipelineError('ENCODE_FAILED', { message, retryable: false, cause: error });
}

function lost(found: number, expected: number): PipelineError {
  return new PipelineError('ENCODE_FAILED', {
    message: `DuckDB has given ${found} rows of ${expected}; nothing was changed`,
    retryable: false,
  });
}
