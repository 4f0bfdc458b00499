import type { CommitTools } from '../commit/tools/commit-tools.ts';
import { discardLeftovers } from '../commit/write/leftovers.ts';
import { endReplacements, type PutReplacement } from '../commit/replace/replace-entry.ts';
import type { OffsetRange } from '../ports/topic.ts';
import { fillHole } from './fill-hole.ts';
import { putBatch, type ReplacedBy, type ReplayOptions, type ReplayResult } from './put-batch.ts';
import type { ReplayItem } from './replay-plan.ts';
import { keepPassed } from './keep-passed.ts';
import { takeBackGap } from './take-back-gap.ts';
import { finishPassed, undoUnlessGone } from './without-kafka.ts';
import { finishClaim, writeRange } from './write-range.ts';

const done: ReplayResult = { kind: 'done' };

const whyTidied = 'Kafka no longer holds it; what an earlier replay has replaced is deleted';

function resultOf(why: string | undefined): ReplayResult {
  return why === undefined ? done : { kind: 'left', why };
}

/** Carries out one item of a replay's plan. Rejects with the signal's reason between batches when aborted. */
export async function replayItem(item: ReplayItem, options: ReplayOptions): Promise<ReplayResult> {
  switch (item.kind) {
    case 'leave':
      return (item.passed && (await keepPassed(item.passed, options))) ?? { kind: 'left', why: item.why };
    case 'replace':
      return replaceBatch(item, options);
    case 'finish':
      return finishItem(item, options);
    case 'take-back':
      return takeBackGap(item, options);
    case 'undo':
      return resultOf(await undoUnlessGone(item.current, { allowLoss: false, ...options }));
    case 'tidy':
      await discardLeftovers(item.current.entry, options.tools);
      return (await keepPassed(item.passed, options)) ?? { kind: 'left', why: whyTidied };
    case 'write':
      await noteStart(item.range, options.tools);
      await writeRange(item.range, options);
      return done;
    case 'fill':
      return fillHole(item, options);
  }
}

/** A table that is made by a replay begins where the replay does. */
async function noteStart(
  { partition, from }: OffsetRange,
  { ledger, table, topic, clock }: CommitTools,
): Promise<void> {
  const path = { table, topic, partition };
  if ((await ledger.last(path, undefined)) !== undefined) return;
  await ledger.noteStart(path, { from, notedAt: new Date(clock.nowMs()).toISOString() });
}

type ReplaceItem = Extract<ReplayItem, { kind: 'replace' }>;

/**
 * Carries out items of a plan together: all batches that are replaced are so by one change of a table whose readers see snapshots, and nobody
 * sees a part of them. Those that were begun are ended also when one fails or the signal aborts. Gives the results in order; after the
 * signal, of those that were begun.
 */
export async function replayGroup(
  items: readonly ReplayItem[],
  options: ReplayOptions,
  onBegin: (item: ReplayItem) => void = () => {},
): Promise<ReplayResult[]> {
  const results: ReplayResult[] = [];
  const put: PutReplacement[] = [];
  const together = items.flatMap(({ kind, range }) => (kind === 'replace' ? [range] : []));
  try {
    for (const item of items) {
      if (options.signal.aborted) break;
      onBegin(item);
      const result =
        item.kind === 'replace' ? await putOrKeep(item, { ...options, together }) : await replayItem(item, options);
      if (result.kind === 'put') put.push(result);
      results.push(result.kind === 'put' ? done : result);
    }
  } finally {
    await endReplacements(put, options.tools);
  }
  return results;
}

async function replaceBatch(item: ReplaceItem, options: ReplayOptions): Promise<ReplayResult> {
  const result = await putOrKeep(item, options);
  if (result.kind !== 'put') return result;
  await endReplacements([result], options.tools);
  return done;
}

/** Reads a batch again; where Kafka has passed it and objects of it are gone, the others stay. */
async function putOrKeep(
  item: ReplaceItem,
  options: ReplayOptions,
): Promise<Awaited<ReturnType<typeof putBatch>> | ReplayResult> {
  const { current, heldFrom } = item;
  const kept = heldFrom === undefined ? undefined : await keepPassed({ current, heldFrom }, options);
  return kept ?? putBatch(replacedBy(item), options);
}

function replacedBy({ current, ...item }: ReplaceItem): ReplacedBy {
  return { ...item, entry: current.entry, take: async () => current };
}

async function finishItem(
  { current, heldFrom }: Extract<ReplayItem, { kind: 'finish' }>,
  options: ReplayOptions,
): Promise<ReplayResult> {
  if (heldFrom === undefined) {
    await finishClaim(current, options);
    return done;
  }
  const passed = await finishPassed(current, heldFrom, options.tools);
  if (passed === undefined) return done;
  if (options.allowLoss !== true || !passed.mayLose) return { kind: 'left', why: passed.why };
  await finishClaim(current, options, heldFrom);
  return done;
}
