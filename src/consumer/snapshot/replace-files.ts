import type { LoadedTable } from '../../iceberg/iceberg-catalog.ts';
import { readLiveFiles, type LiveFiles } from '../../iceberg/manifests/live-files.ts';
import { TableFiles } from '../../iceberg/manifests/table-files.ts';
import { currentSnapshot } from '../../iceberg/metadata/table-metadata.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { readExpiry } from '../ledger/notes/expired-days.ts';
import { overtaken } from '../commit/write/overtaken-entry.ts';
import type { HeldRows, Publication, ReplacedBatch, ReplacedRange } from '../commit/tools/publication.ts';
import { commitSnapshot, describeObjects, stage, withProperties } from './commit-snapshot.ts';
import { loadTable } from './load-table.ts';
import { fence } from './change-files.ts';
import { coordinateIds } from './check-history.ts';
import { createUnlistedFilter, findUnlistedFiles, hasCoordinates } from './unlisted-files.ts';
import { filesByRange, namesOneOf, RangeFiles } from './range-files.ts';
import { UnlistedFilesRewriter } from './rewrite-unlisted.ts';
import { findHeldRows } from './held-rows.ts';
import { countRows } from './rows-of-range.ts';
import type { SnapshotTools } from './snapshot-tools.ts';
import { tablesOf, type TopicTable } from '../table/dead-letters/topic-tables.ts';
import { positionsOf, withPositions } from './table-positions.ts';
import { changedByOthers } from '../ports/catalog-rules.ts';
import { conflictsMax } from './conflicts.ts';

/**
 * Makes what replaces ranges' objects part of the tables: one snapshot of each table, in which the files of the ranges are exchanged. Files that
 * hold rows of them among others, since somebody has rewritten ours, are written again without these rows, and exchanged by the same snapshot.
 * Readers never see a row twice, and never miss one.
 */
export function createPublication(tools: SnapshotTools): Publication {
  const targets = tablesOf(tools.table);
  const rewriter = new UnlistedFilesRewriter(tools);
  return {
    count: async (range) => {
      const counts = { rows: 0, deadLetters: 0 };
      for (const { name, kind } of targets) {
        const table = await loadTable(name, tools);
        if (table === undefined) continue;
        const found = await countRows(table, range, await readLive(table, [range], tools), tools);
        counts[kind === 'rows' ? 'rows' : 'deadLetters'] = found;
      }
      return counts;
    },
    find: async (range, { kinds, readsOwn }) => {
      const found: HeldRows[][] = [];
      for (const { name, kind } of targets.filter((target) => kinds.has(target.kind))) {
        const table = await loadTable(name, tools);
        if (table === undefined || !hasCoordinates(table) || areLate(table, [range])) return undefined;
        found.push(await findHeldRows(table, { range, kind, readsOwn }, await readLive(table, [range], tools), tools));
      }
      return found.flat();
    },
    check: async (range, expected, { keeps, together = [range] }) => {
      const batch = { range, objects: { ...expected, after: keeps } };
      for await (const { table, live, files } of readReached(batch, targets, tools))
        await rewriter.check(table, findUnlisted(table, live, [files], tools), together);
    },
    isAsWritten: async (range, expected) => {
      const batch = { range, objects: { ...expected, after: [] } };
      for await (const { files } of readReached(batch, targets, tools)) if (!files.areTogether) return false;
      return true;
    },
    replace: async (batches) => {
      for (const target of targets) await replaceInTable(target, batches, tools);
    },
  };
}

/** Reads what the tables that have the range hold of it; a table that does not have it yet is passed over: it is replaced in the ledger alone. */
async function* readReached(batch: ReplacedBatch, targets: readonly TopicTable[], tools: SnapshotTools) {
  const ranges = rangesOf([batch]);
  for (const target of targets) {
    const table = await loadReached(target, ranges, tools);
    if (table === undefined || areLate(table, ranges)) continue;
    const live = await readLive(table, ranges, tools);
    yield { table, live, files: new RangeFiles(batch, target, await factsOf(live, tools)) };
  }
}

async function replaceInTable(
  target: TopicTable,
  batches: readonly ReplacedBatch[],
  tools: SnapshotTools,
): Promise<void> {
  const rewriter = new UnlistedFilesRewriter(tools);
  for (let conflicts = 0; conflicts < conflictsMax; conflicts++) {
    const table = await loadFenced(target, rangesOf(batches), tools);
    const reached = table === undefined ? [] : batches.filter(({ range }) => !areLate(table, [range]));
    if (table === undefined || reached.length === 0) return;
    const ranges = rangesOf(reached);
    const live = await readLive(table, ranges, tools);
    const facts = await factsOf(live, tools);
    const all = reached.map((batch) => new RangeFiles(batch, target, facts));
    const open = all.filter((files) => !files.isDone);
    for (const { range, isOvertaken } of open) if (isOvertaken) throw overtaken(range);
    const rewritten = await rewriter.rewrite(table, findUnlisted(table, live, open, tools), ranges);
    const objects = [
      ...open.flatMap(({ missing }) => missing),
      ...rewritten.flatMap(({ file, object }) =>
        object === undefined ? [] : [{ ...object, kind: target.kind, partition: [...file.partition] }],
      ),
    ];
    const plan = {
      operation: 'overwrite' as const,
      added: describeObjects(objects, table, tools),
      removedPaths: new Set([...open.flatMap(({ obsolete }) => obsolete), ...rewritten.map(({ file }) => file.uri)]),
      summary: { 'glueless.replaced': rangesText(ranges) },
    };
    if (objects.length === 0 && plan.removedPaths.size === 0) return;
    const staged = await stage(table, plan, tools);
    const positions = withPositions(table.metadata, tools.topic, new Map());
    if ((await tools.iceberg.commit(table, withProperties(staged, positions))).kind === 'committed') return;
  }
  throw changedByOthers(target.name, conflictsMax);
}

/** Reads what may hold rows of the ranges; nothing else of the table is kept. */
async function readLive(
  table: LoadedTable,
  ranges: readonly ReplacedRange[],
  { store }: SnapshotTools,
): Promise<LiveFiles> {
  const isNamedSo = namesOneOf(ranges);
  const mayHoldRows = createUnlistedFilter(table, ranges);
  return readLiveFiles(currentSnapshot(table.metadata), new TableFiles(store), {
    columns: new Set(Object.values(coordinateIds(table.metadata) ?? {})),
    isWanted: (file) => isNamedSo(file.file_path) || mayHoldRows(file),
  });
}

async function factsOf(live: LiveFiles, { store, table }: SnapshotTools) {
  return { live, byRange: filesByRange(live), store, expiredBefore: await readExpiry(store, table) };
}

/** Files of others that may hold rows of ranges whose own files do not hold them all. */
function findUnlisted(table: LoadedTable, live: LiveFiles, all: readonly RangeFiles[], tools: SnapshotTools) {
  const scattered = all.filter((files) => !files.areTogether);
  if (hasCoordinates(table))
    return findUnlistedFiles(
      table,
      live,
      scattered.map(({ range }) => range),
      tools,
    );
  for (const files of scattered)
    if (!files.areAsWritten) throw withoutCoordinates(table.name, files.range, files.counts);
  return [];
}

function rangesOf(batches: readonly ReplacedBatch[]): ReplacedRange[] {
  return batches.map(({ range }) => range);
}

/** Loads the table once it has taken in what it can of the ranges. */
async function loadReached(
  target: TopicTable,
  ranges: readonly ReplacedRange[],
  tools: SnapshotTools,
): Promise<LoadedTable | undefined> {
  const table = await loadTable(target.name, tools);
  if (table === undefined || !areLate(table, ranges)) return table;
  try {
    await commitSnapshot(target, { partitions: ranges.map(({ partition }) => partition), entriesMin: 0 }, tools);
  } catch (error) {
    // what is gone or damaged may be what is about to be replaced
    if (!(error instanceof PipelineError)) throw error;
    if (error.code !== 'OBJECT_MISSING' && error.code !== 'OBJECT_UNREADABLE') throw error;
  }
  return loadTable(target.name, tools);
}

/**
 * The same for ranges that are announced as being replaced. One that the table does not have then, since objects of it or before it are gone or
 * unfinished, is replaced in the ledger alone, and taken in as it is then: who read its entry before can no longer commit.
 */
async function loadFenced(
  target: TopicTable,
  ranges: readonly ReplacedRange[],
  tools: SnapshotTools,
): Promise<LoadedTable | undefined> {
  const table = await loadReached(target, ranges, tools);
  if (table === undefined || !areLate(table, ranges)) return table;
  await fence(target.name, tools);
  return loadTable(target.name, tools);
}

/** True when one of the ranges is not in the table yet. */
function areLate({ metadata }: LoadedTable, ranges: readonly ReplacedRange[]): boolean {
  const [first] = ranges;
  const positions = first === undefined ? new Map<number, bigint>() : positionsOf(metadata, first.topic);
  return ranges.some(({ partition, from, to }) => (positions.get(partition) ?? from) < to);
}

/** Most ranges that a snapshot's summary names. */
const shownMax = 10;

function rangesText(ranges: readonly ReplacedRange[]): string {
  const shown = ranges.slice(0, shownMax).map(rangeText);
  return ranges.length > shown.length
    ? [...shown, `${ranges.length - shown.length} more`].join(', ')
    : shown.join(', ');
}

function rangeText({ topic, partition, from, to }: Omit<ReplacedRange, 'generation'>): string {
  return `[${from}, ${to}) of ${topic}/${partition}`;
}

function withoutCoordinates(
  table: string,
  range: ReplacedRange,
  { found, written }: { readonly found: number; readonly written: number },
): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `files of ${rangeText(range)} hold ${found} rows in the table ${table}, and ${written} were written: another engine has rewritten or deleted them, and the table has no Kafka columns by which they could be told from others`,
    retryable: false,
    details: { table },
    hint: 'write the range into a table of its own with `glueless replay --table`',
  });
}
