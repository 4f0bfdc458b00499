import type { LoadedTable } from '../../iceberg/iceberg-catalog.ts';
import { readDataFiles } from '../../iceberg/read-snapshot.ts';
import { TableFiles } from '../../iceberg/table-files.ts';
import { currentSnapshot } from '../../iceberg/table-metadata.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { Publication, ReplacedObjects, ReplacedRange } from '../commit/publication.ts';
import type { WrittenObject } from '../ledger/ledger-entry.ts';
import { parseObjectName, type ObjectName } from '../ledger/object-keys.ts';
import { commitSnapshot, describeObjects, loadTable, stage, withProperties } from './commit-snapshot.ts';
import { targetsOf, type SnapshotTarget, type SnapshotTools } from './snapshot-tools.ts';
import { positionsOf, withPositions } from './table-positions.ts';

/** Changes of the table by others that are taken in before giving up. */
const conflictsMax = 50;

/** A file of the table whose name says that it holds rows of the range. */
interface RangeFile {
  readonly uri: string;
  readonly name: ObjectName;
  readonly rows: number;
}

/**
 * Makes what replaces a range's objects part of the tables: one snapshot of each table, in which the files of the range are exchanged. Readers
 * never see a row twice, and never miss one.
 */
export function createPublication(tools: SnapshotTools): Publication {
  const targets = targetsOf(tools.table);
  return {
    check: async (range, expected) => {
      for (const target of targets) {
        const table = await loadReached(target, range, tools);
        if (table !== undefined) await findFiles(table, target, { range, ...expected }, tools);
      }
    },
    replace: async (range, objects) => {
      for (const target of targets) await replaceInTable(target, range, objects, tools);
    },
  };
}

async function replaceInTable(
  target: SnapshotTarget,
  range: ReplacedRange,
  { after, ...expected }: ReplacedObjects,
  tools: SnapshotTools,
): Promise<void> {
  const wanted = new Map(ofKind(after, target).map((object) => [tools.store.uri(object.key), object]));
  for (let conflicts = 0; conflicts < conflictsMax; conflicts++) {
    const table = await loadReached(target, range, tools);
    if (table === undefined) return;
    const held = new Set((await filesOf(table, range, tools)).map(({ uri }) => uri));
    if (held.size === wanted.size && held.isSubsetOf(wanted)) return;
    const found = await findFiles(table, target, { range, ...expected }, tools);
    if (found.some((file) => file.name.generation > range.generation)) throw overtaken(range);
    const added = [...wanted].flatMap(([uri, object]) => (held.has(uri) ? [] : [object]));
    const removedPaths = held.difference(wanted);
    const plan = {
      operation: 'overwrite' as const,
      added: await describeObjects(added, table, tools),
      removedPaths,
      summary: { 'glueless.replaced': rangeText(range) },
    };
    const staged = await stage(table, plan, tools);
    const positions = withPositions(table.metadata, tools.topic, new Map());
    if ((await tools.iceberg.commit(table, withProperties(staged, positions))).kind === 'committed') return;
  }
  throw contended(target.name);
}

/** Loads the table once it has taken the range in: only what is in a table is replaced there. */
async function loadReached(
  target: SnapshotTarget,
  { topic, partition, from, to }: ReplacedRange,
  tools: SnapshotTools,
): Promise<LoadedTable | undefined> {
  const isReached = (table: LoadedTable | undefined): boolean =>
    table === undefined || (positionsOf(table.metadata, topic).get(partition) ?? from) >= to;
  const table = await loadTable(target.name, tools);
  if (isReached(table)) return table;
  await commitSnapshot(target, { partitions: [partition], entriesMin: 0 }, tools);
  const again = await loadTable(target.name, tools);
  if (isReached(again)) return again;
  throw notYet(target.name, { topic, partition, from, to });
}

/**
 * Finds the table's files of the range by their names. They must hold what was written, or be what a replacement that did not end has put in
 * its place. Rejects with TABLE_MISMATCH when other engines have rewritten them.
 */
async function findFiles(
  table: LoadedTable,
  target: SnapshotTarget,
  { range, before, generation, isUnfinished }: Omit<ReplacedObjects, 'after'> & { readonly range: ReplacedRange },
  tools: SnapshotTools,
): Promise<RangeFile[]> {
  const files = await filesOf(table, range, tools);
  const own = files.filter(({ name }) => name.generation <= generation);
  const written = rowsOf(ofKind(before, target));
  const isAsWritten = rowsOf(own) === written;
  const isExchanged = own.length === 0 && files.length > 0;
  // all dead letters may have become rows
  const mayBeGone = isUnfinished && files.length === 0 && target.kind === 'dead-letters';
  if (isAsWritten || isExchanged || mayBeGone) return files;
  throw rewritten(table.name, range, { found: rowsOf(own), written });
}

function ofKind(objects: readonly WrittenObject[], { kind }: SnapshotTarget): WrittenObject[] {
  return objects.filter((object) => object.kind === kind);
}

/** The table's files of the range, of whatever generation, by their names. */
async function filesOf(
  { metadata }: LoadedTable,
  range: ReplacedRange,
  { store }: SnapshotTools,
): Promise<RangeFile[]> {
  const entries = await readDataFiles(currentSnapshot(metadata), new TableFiles(store));
  return entries.flatMap(({ data_file: { file_path: uri, record_count: rows } }) => {
    const name = parseObjectName(uri);
    const isOfRange =
      name?.topic === range.topic &&
      name.partition === range.partition &&
      name.from === range.from &&
      name.to === range.to;
    return isOfRange ? [{ uri, name, rows }] : [];
  });
}

function rowsOf(files: readonly { readonly rows: number }[]): number {
  return files.reduce((sum, { rows }) => sum + rows, 0);
}

function rangeText({ topic, partition, from, to }: Omit<ReplacedRange, 'generation'>): string {
  return `[${from}, ${to}) of ${topic}/${partition}`;
}

function notYet(table: string, range: Omit<ReplacedRange, 'generation'>): PipelineError {
  return new PipelineError('LEDGER_CONTENDED', {
    message: `${rangeText(range)} is written, and no snapshot of ${table} has taken it in yet`,
    retryable: true,
    details: { table },
  });
}

function rewritten(
  table: string,
  range: ReplacedRange,
  { found, written }: { readonly found: number; readonly written: number },
): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `files of ${rangeText(range)} hold ${found} rows in the table ${table}, and ${written} were written: another engine has rewritten or deleted them, so that they can't be told from others`,
    retryable: false,
    details: { table },
    hint: 'delete the rows of the range by kafka_partition and kafka_offset in that engine, then write them into a table of their own with `glueless replay --table`',
  });
}

function overtaken(range: ReplacedRange): PipelineError {
  return new PipelineError('LEDGER_CONTENDED', {
    message: `another replay or redrive changed ${rangeText(range)} at the same time`,
    retryable: false,
    hint: 'let the other one end, then run this one again if it still has to',
  });
}

function contended(table: string): PipelineError {
  return new PipelineError('CATALOG_CONTENDED', {
    message: `the table ${table} was changed by others ${conflictsMax} times in a row`,
    retryable: true,
    details: { table },
  });
}
