import { PartitionBuffer } from '../batch/partition-buffer.ts';
import { decodeLimitsOf, reasonToCut } from '../batch/batch-policy.ts';
import { commitBatch } from '../commit/commit-batch.ts';
import type { CommitTools } from '../commit/commit-tools.ts';
import { discardLeftovers } from '../commit/leftovers.ts';
import { endReplacements, type PutReplacement } from '../commit/replace-entry.ts';
import type { Versioned } from '../ledger/entry-store.ts';
import { isWritten, type ClaimedEntry, type WrittenEntry } from '../ledger/ledger-entry.ts';
import type { OffsetRange } from '../ports/topic.ts';
import { entryOf, splitHole, type HolePiece } from './fill-hole.ts';
import { keepPiece } from './keep-piece.ts';
import {
  checkTopic,
  putBatch,
  readBatch,
  readUnlessGone,
  type LeftBatch,
  type ReplacedBy,
  type ReplayOptions,
} from './put-batch.ts';
import type { ReplayItem } from './replay-plan.ts';
import { finishPassed, undoUnlessGone } from './without-kafka.ts';
import { larger, smaller } from '../../runtime/bigints.ts';

export type ReplayResult = ({ readonly kind: 'done' } | LeftBatch) & {
  /** What a hole of the ledger had, as it was before it was filled. */
  readonly before?: readonly WrittenEntry[];
};

const done: ReplayResult = { kind: 'done' };

function resultOf(why: string | undefined): ReplayResult {
  return why === undefined ? done : { kind: 'left', why };
}

/** Carries out one item of a replay's plan. Rejects with the signal's reason between batches when aborted. */
export async function replayItem(item: ReplayItem, options: ReplayOptions): Promise<ReplayResult> {
  switch (item.kind) {
    case 'leave':
      return { kind: 'left', why: item.why };
    case 'replace':
      return replaceBatch(item, options);
    case 'finish':
      return finishItem(item, options);
    case 'undo':
      return resultOf(await undoUnlessGone(item.current, { allowLoss: false, ...options }));
    case 'tidy':
      await discardLeftovers(item.current.entry, options.tools);
      return { kind: 'left', why: 'Kafka no longer holds it; what an earlier replay has replaced is deleted' };
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
  try {
    for (const item of items) {
      if (options.signal.aborted) break;
      onBegin(item);
      const result =
        item.kind === 'replace' ? await putBatch(replacedBy(item), options) : await replayItem(item, options);
      if ('next' in result) put.push(result);
      results.push('next' in result ? done : result);
    }
  } finally {
    await endReplacements(put, options.tools);
  }
  return results;
}

/** Writes a hole of the ledger anew. Objects that lie in it are replaced, as those of a batch are, and so is what an Iceberg table has of it. */
async function fillHole(
  { range, heldFrom = range.from }: Extract<ReplayItem, { kind: 'fill' }>,
  options: ReplayOptions,
): Promise<ReplayResult> {
  const { tools } = options;
  const pieces = await splitHole(range, tools);
  if ('why' in pieces) return { kind: 'left', why: pieces.why };
  const before: WrittenEntry[] = [];
  const whys: string[] = [];
  for (const whole of pieces) {
    const piece = whole.objects.length > 0 ? whole : heldOf(whole, heldFrom);
    if (piece.range.from > whole.range.from) whys.push('its ledger entry is gone, and Kafka no longer holds it');
    if (piece.range.from >= piece.range.to) continue;
    if (piece.objects.length === 0 && tools.publication === undefined) {
      await writeRange(piece.range, options);
      continue;
    }
    for await (const part of piece.objects.length > 0 ? [piece] : cutPiece(piece, options)) {
      options.signal.throwIfAborted();
      const result = await fillPiece(part, heldFrom, options);
      if ('why' in result) whys.push(result.why);
      else before.push(result.before);
    }
  }
  const [why] = whys;
  return why === undefined ? { kind: 'done', before } : { kind: 'left', why, before };
}

/** What Kafka holds of a piece of which the lake has nothing. */
function heldOf(piece: HolePiece, heldFrom: bigint): HolePiece {
  const { from, to } = piece.range;
  return { ...piece, range: { ...piece.range, from: smaller(larger(from, heldFrom), to) } };
}

/** Writes a piece anew; where Kafka can't deliver all that the lake has of it, that stays. Gives the entry that it had or got first. */
async function fillPiece(
  piece: HolePiece,
  heldFrom: bigint,
  options: ReplayOptions,
): Promise<{ readonly before: WrittenEntry } | { readonly why: string }> {
  const { tools, topicId, policy, allowLoss = false } = options;
  const { range, objects } = piece;
  const found = await entryOf(piece, tools, topicId);
  const inLake = await countInLake(found.entry, tools);
  const isPassed = heldFrom > range.from;
  if (!isPassed) {
    const result = await putBatch({ range, inLake, ...found }, options);
    if ('next' in result) {
      await endReplacements([result], tools);
      return { before: found.entry };
    }
    if (allowLoss || result.isFewer !== true || objects.length === 0) return result;
  }
  const { rows, deadLetters } = found.entry.outcome;
  if (inLake > rows + deadLetters) return { why: whyMerged(inLake, rows + deadLetters) };
  const batch = heldFrom < range.to ? await readUnlessGone(range, options, larger(heldFrom, range.from)) : undefined;
  const kept = await keepPiece(piece, found, {
    tools,
    limits: decodeLimitsOf(policy),
    batch,
    check: () => checkTopic(options),
  });
  return kept ?? { before: found.entry };
}

/** Counts the rows and dead letters of a range: those in its own objects, or what an Iceberg table has of it where that is more. */
async function countInLake(entry: WrittenEntry, { publication }: CommitTools): Promise<number> {
  const { rows, deadLetters } = entry.outcome;
  const tables = await publication?.count(entry);
  return Math.max(rows, tables?.rows ?? 0) + Math.max(deadLetters, tables?.deadLetters ?? 0);
}

function whyMerged(inLake: number, inObjects: number): string {
  return `the lake has ${inLake} rows and dead letters of it, of which Kafka no longer delivers all, and ${inObjects} of them in objects of its own: the others are in files that were merged or rewritten; restore its ledger entry from an older version`;
}

/** Cuts a piece into batches by the policy. */
async function* cutPiece({ range, objects }: HolePiece, options: ReplayOptions): AsyncIterable<HolePiece> {
  for (let { from } = range; from < range.to;) {
    const buffer = new PartitionBuffer(range.partition, from);
    for await (const chunk of options.reader.read({ ...range, from }, options.signal)) {
      buffer.push(chunk, 0);
      if (reasonToCut(buffer.fill(), options.policy, { monotonicMs: 0 }) !== undefined) break;
    }
    const { to } = buffer.cut(options.policy);
    buffer.clear();
    yield { range: { ...range, from, to }, objects };
    from = to;
  }
}

async function replaceBatch(item: ReplaceItem, options: ReplayOptions): Promise<ReplayResult> {
  const result = await putBatch(replacedBy(item), options);
  if (!('next' in result)) return result;
  await endReplacements([result], options.tools);
  return done;
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
  const why = await finishPassed(current, heldFrom, options.tools);
  const mayLose = options.allowLoss === true && options.tools.publication === undefined;
  if (why !== undefined && !mayLose) return { kind: 'left', why };
  if (why !== undefined) await finishClaim(current, options, heldFrom);
  return done;
}

/** Writes the claimed range, as far as Kafka holds it from `heldFrom` on, and what is left of it where the claim was cut; if another process is faster, that is as good. */
async function finishClaim(claim: Versioned<ClaimedEntry>, options: ReplayOptions, heldFrom?: bigint): Promise<void> {
  const { partition, from, to } = claim.entry;
  const batch = await readBatch({ partition, from, to }, options, heldFrom);
  await checkTopic(options);
  const limits = decodeLimitsOf(options.policy);
  const lost = heldFrom === undefined ? {} : { lost: { from, to: heldFrom } };
  const request = { batch, reason: 'adopted', limits, claim, commitOffset: noGroup, ...lost } as const;
  const result = await commitBatch(request, options.tools);
  const { entry } = result.kind === 'committed' ? result : result.found;
  if (isWritten(entry) && entry.to < to) await writeRange({ partition, from: entry.to, to }, options);
}

/** New batches by the policy. Where another process claims first, its batches are taken as they are. */
async function writeRange(range: OffsetRange, options: ReplayOptions): Promise<void> {
  const buffer = new PartitionBuffer(range.partition, range.from);
  for await (const chunk of options.reader.read(range, options.signal)) {
    if (chunk.to <= buffer.from) continue;
    buffer.push(chunk, 0);
    while (reasonToCut(buffer.fill(), options.policy, { monotonicMs: 0 }) !== undefined)
      await writeNext(buffer, range, options);
  }
  while (buffer.from < range.to) await writeNext(buffer, range, options);
}

async function writeNext(buffer: PartitionBuffer, range: OffsetRange, options: ReplayOptions): Promise<void> {
  options.signal.throwIfAborted();
  const batch = buffer.cut(options.policy);
  const { topicId } = options;
  await checkTopic(options);
  const limits = decodeLimitsOf(options.policy);
  const request = {
    batch,
    reason: 'end',
    limits,
    commitOffset: noGroup,
    ...(topicId !== undefined && { topicId }),
  } as const;
  const result = await commitBatch(request, options.tools);
  if (result.kind === 'committed') {
    buffer.release(result.entry.to);
    return;
  }
  const { found } = result;
  if (found.entry.state === 'claimed') await finishClaim({ ...found, entry: found.entry }, options);
  buffer.release(smaller(found.entry.to, range.to));
}

async function noGroup(): Promise<void> {
  // a replay belongs to no consumer group
}
