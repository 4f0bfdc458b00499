import type { LoadedTable } from '../../../iceberg/iceberg-catalog.ts';
import { columnsOfFields, fieldIdsOf } from '../../../iceberg/metadata/iceberg-columns.ts';
import { TableFiles } from '../../../iceberg/manifests/table-files.ts';
import { readReferences } from '../../../iceberg/manifests/table-references.ts';
import { currentSchema, defaultSpec } from '../../../iceberg/metadata/table-metadata.ts';
import { msPerHour } from '../../../runtime/duration.ts';
import { hivePath } from '../../../schema/partitions/layout.ts';
import { mergedKey, topicOfFile } from '../../ledger/keys/object-keys.ts';
import type { RewrittenObject } from '../../ports/parquet-rewriter.ts';
import { describeObjects } from '../../snapshot/commit-snapshot.ts';
import { loadTable } from '../../snapshot/load-table.ts';
import { otherTopicsOf } from '../../snapshot/table-positions.ts';
import type { TopicTable } from '../../table/dead-letters/topic-tables.ts';
import { changeFiles } from '../../snapshot/change-files.ts';
import { isFileFailure } from '../file-failure.ts';
import { mergedSizeOf } from '../merged-size.ts';
import { planMerges, type Merge } from './plan-merges.ts';
import { progressTeller } from '../tell-progress.ts';
import { readState, type TableFile, type TableState } from './table-state.ts';
import type { Upkeep, UpkeepObserver } from '../upkeep.ts';
import type { UpkeepTools } from './upkeep-tools.ts';
import { coordinateColumns } from '../../table/objects/file-offsets.ts';

/** A merge whose file is written, and that no snapshot has yet. */
interface Merged extends Merge<TableFile> {
  readonly object: RewrittenObject;
  readonly writtenMs: number;
}

/** Merges that one snapshot takes in; what was merged in a process that dies before is merged again. */
const mergesMax = 20;
const waitMaxMs = 60_000;

/** A file that was written longer ago is not made part of the table: it may have been deleted as one that nobody needs. */
const ageMaxMs = 12 * msPerHour;

/**
 * Merges the small files of closed partitions. A snapshot exchanges files only if all that were read are still the table's, and nobody has
 * deleted rows of them: else the rows that they hold are no longer what readers see, and the merge is dropped.
 */
export async function mergeFiles(
  target: TopicTable,
  { upkeep, observe }: { readonly upkeep: Upkeep; readonly observe: UpkeepObserver },
  tools: UpkeepTools,
): Promise<void> {
  const table = await loadTable(target.name, tools);
  if (table === undefined) return;
  const merges = choose(table, await readState(table, tools.store), { upkeep, observe, tools });
  let merged: Merged[] = [];
  let sinceMs = tools.clock.monotonicMs();
  for (const merge of merges) {
    if (upkeep.signal?.aborted === true) break;
    if (upkeep.isDryRun) {
      observe({ kind: 'merged', table: table.name, ...factsOf(merge) });
      continue;
    }
    const writtenMs = tools.clock.nowMs();
    const object = await writeMerged(merge, { table, target, observe, tools });
    if (object !== undefined) merged.push({ ...merge, object, writtenMs });
    const waitedMs = tools.clock.monotonicMs() - sinceMs;
    if (merged.length < mergesMax && waitedMs < waitMaxMs) continue;
    await exchange(target, merged, observe, tools);
    merged = [];
    sinceMs = tools.clock.monotonicMs();
  }
  await exchange(target, merged, observe, tools);
}

interface MergeContext {
  readonly observe: UpkeepObserver;
  readonly tools: UpkeepTools;
}

/**
 * Chooses what to merge. Files that were adopted belong to the other table, too, and stay what they are; files of other topics are left to these,
 * whether or not the settings know that they share the table.
 */
function choose(
  { name, metadata }: LoadedTable,
  state: TableState,
  { upkeep, observe, tools }: MergeContext & { readonly upkeep: Upkeep },
): Merge<TableFile>[] {
  const isShared = tools.isShared || otherTopicsOf(metadata, tools.topic).size > 0;
  const own = [...state.files.values()].filter(
    ({ key }) => key.startsWith(`${name}/`) && (!isShared || topicOfFile(key) === tools.topic),
  );
  const { targetBytes, closedBeforeMs } = upkeep;
  const size = mergedSizeOf(columnsOfFields(currentSchema(metadata).fields, name), targetBytes);
  const sorted = own.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const why = 'another engine has deleted rows of them without rewriting the files: let it do that first';
  for (const { partition, files } of planMerges(sorted, { size, closedBeforeMs })) {
    const left = files.filter(({ hasDeletes }) => hasDeletes).length;
    if (left > 0) observe({ kind: 'left-alone', table: name, partition, files: left, why });
  }
  return planMerges(
    sorted.filter(({ hasDeletes }) => !hasDeletes),
    { size, closedBeforeMs },
  );
}

async function writeMerged(
  { partition, files }: Merge<TableFile>,
  { table, target, observe, tools }: MergeContext & { readonly table: LoadedTable; readonly target: TopicTable },
): Promise<RewrittenObject | undefined> {
  const { name, metadata } = table;
  const { fields } = currentSchema(metadata);
  const keys = defaultSpec(metadata).fields.map((field) => field.name);
  const { topic, eventTimeField } = tools;
  const eventTime = target.kind === 'rows' ? [eventTimeField.toLowerCase()] : [];
  try {
    return await tools.rewriter.rewrite({
      sources: files,
      key: mergedKey({ table: name, topic, id: tools.newTryId() }, hivePath(keys, partition)),
      columns: columnsOfFields(fields, name),
      fieldIds: fieldIdsOf(fields),
      orderBy: [...eventTime, ...coordinateColumns],
      onProgress: progressTeller({ table: name, partition, files: files.length }, { observe, clock: tools.clock }),
    });
  } catch (error) {
    if (!isFileFailure(error)) throw error;
    observe({ kind: 'left-alone', table: name, partition, files: files.length, why: error.message });
    return undefined;
  }
}

/** Makes merged files part of the table in the place of those that were read. */
async function exchange(
  target: TopicTable,
  merged: readonly Merged[],
  observe: UpkeepObserver,
  tools: UpkeepTools,
): Promise<void> {
  if (merged.length === 0) return;
  let valid: readonly Merged[] = [];
  // a commit whose answer was lost has taken place
  let present: readonly Merged[] = [];
  const uriOf = ({ object: { key } }: Merged): string => tools.store.uri(key);
  const wanted = new Set(merged.flatMap((merge) => [uriOf(merge), ...merge.files.map(({ uri }) => uri)]));
  const changed = await changeFiles(
    target.name,
    async (table) => {
      const state = await readState(table, tools.store, ({ uri }) => wanted.has(uri));
      present = merged.filter((merge) => state.files.has(uriOf(merge)));
      const isValid = ({ files, writtenMs }: Merged): boolean =>
        tools.clock.nowMs() - writtenMs < ageMaxMs &&
        files.every(({ uri }) => state.files.get(uri)?.hasDeletes === false);
      valid = merged.filter(isValid);
      if (valid.length === 0) return undefined;
      const objects = valid.map(({ partition, object: { key, rows, bytes } }) => {
        return { key, rows, bytes, partition: [...partition], kind: target.kind };
      });
      return {
        operation: 'replace',
        added: describeObjects(objects, table, tools),
        removedPaths: new Set(valid.flatMap(({ files }) => files.map(({ uri }) => uri))),
      };
    },
    tools,
  );
  const done = changed.table === undefined ? present : [...present, ...valid];
  if (!changed.isOpen)
    await discard(
      target,
      merged.filter((merge) => !done.includes(merge)),
      tools,
    );
  for (const merge of merged) {
    const facts = factsOf(merge);
    if (done.includes(merge))
      observe({ kind: 'merged', table: target.name, ...facts, mergedBytes: merge.object.bytes });
    else observe({ kind: 'left-alone', table: target.name, ...facts, why: 'others have changed them meanwhile' });
  }
}

/** Deletes files that were written in vain: every change that was to name them was refused, and no snapshot does. */
async function discard({ name }: TopicTable, refused: readonly Merged[], tools: UpkeepTools): Promise<void> {
  const table = refused.length === 0 ? undefined : await loadTable(name, tools);
  if (table === undefined) return;
  const { named, unreadable } = await readReferences(table, new TableFiles(tools.store));
  if (unreadable.length > 0) return;
  await tools.store.delete(refused.map(({ object: { key } }) => key).filter((key) => !named.has(key)));
}

function factsOf({ partition, files }: Merge<TableFile>) {
  return {
    partition,
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
  };
}
