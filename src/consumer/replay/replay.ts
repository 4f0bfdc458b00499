import { PipelineError } from '../../runtime/errors.ts';
import { PartitionBuffer, type Batch } from '../batch/partition-buffer.ts';
import { decodeLimitsOf, reasonToCut, type BatchPolicy } from '../batch/batch-policy.ts';
import { commitBatch } from '../commit/commit-batch.ts';
import type { CommitTools } from '../commit/commit-tools.ts';
import { discardLeftovers } from '../commit/leftovers.ts';
import { endReplacements, putReplacement, type PutReplacement } from '../commit/replace-entry.ts';
import type { Versioned } from '../ledger/entry-store.ts';
import { isWritten, type ClaimedEntry, type WrittenEntry } from '../ledger/ledger-entry.ts';
import { checkTopicId } from '../ledger/topic-identity.ts';
import { emptyChunk } from '../ports/record-chunk.ts';
import type { OffsetRange, TopicReader } from '../ports/topic.ts';
import { countsTombstones, entryOf, splitHole, type FoundEntry, type HolePiece } from './fill-hole.ts';
import { readAgain, whyRejected } from './read-again.ts';
import type { ReplayItem } from './replay-plan.ts';
import { finishPassed, undoUnlessGone } from './without-kafka.ts';
import { smaller } from '../../runtime/bigints.ts';

export interface ReplayOptions {
  readonly reader: TopicReader;
  readonly tools: CommitTools;
  readonly policy: BatchPolicy;
  /** The id of the topic that is read, where the broker tells it. */
  readonly topicId?: string;
  /** Replaces a batch also when Kafka delivers fewer records for it than the lake has, and ends a claim of which it lacks some. */
  readonly allowLoss?: boolean;
  readonly signal: AbortSignal;
}

export type ReplayResult = (
  | { readonly kind: 'done' }
  /** It was not read again, or not all of it, and why. */
  | { readonly kind: 'left'; readonly why: string }
) & {
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
      return fillHole(item.range, options);
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
async function fillHole(range: OffsetRange, options: ReplayOptions): Promise<ReplayResult> {
  const { tools, topicId } = options;
  const pieces = await splitHole(range, tools);
  if ('why' in pieces) return { kind: 'left', why: pieces.why };
  const before: WrittenEntry[] = [];
  const whys: string[] = [];
  for (const piece of pieces) {
    if (piece.objects.length === 0 && tools.publication === undefined) {
      await writeRange(piece.range, options);
      continue;
    }
    for await (const part of piece.objects.length > 0 ? [piece] : cutPiece(piece, options)) {
      options.signal.throwIfAborted();
      const { entry, take } = await entryOf(part, tools, topicId);
      const result = await putBatch({ range: part.range, entry, take }, options);
      if ('next' in result) await endReplacements([result], tools);
      if ('next' in result) before.push(entry);
      else whys.push(result.why);
    }
  }
  const [why] = whys;
  return why === undefined ? { kind: 'done', before } : { kind: 'left', why, before };
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

/** An entry that is to be replaced. */
interface ReplacedBy extends FoundEntry {
  readonly range: OffsetRange;
  readonly heldFrom?: bigint;
}

function replacedBy({ current, ...item }: ReplaceItem): ReplacedBy {
  return { ...item, entry: current.entry, take: async () => current };
}

/** Reads a batch again and puts its new objects; or says why it was left alone. */
async function putBatch(
  { range, heldFrom, entry, take }: ReplacedBy,
  options: ReplayOptions,
): Promise<PutReplacement | Extract<ReplayResult, { kind: 'left' }>> {
  const { tools, policy, allowLoss = false } = options;
  const { records: had, rows } = entry.outcome;
  const batch = await readUnlessGone(range, options, heldFrom);
  if (batch === undefined)
    return { kind: 'left', why: 'Kafka dropped it after the replay had begun; its objects stay' };
  using read = await readAgain(batch, entry, { tools, limits: decodeLimitsOf(policy), allowLoss });
  const delivered = countsTombstones(entry) ? read.records : read.rows + read.rejects;
  const why =
    delivered < had
      ? `Kafka delivers ${delivered} of its ${had} records; --allow-loss replaces them all the same`
      : whyRejected(rows, entry, read);
  if (why !== undefined && !allowLoss) {
    await discardLeftovers(entry, tools);
    return { kind: 'left', why };
  }
  await checkTopic(options);
  const put = await putReplacement({ current: await take(), pieces: read.pieces(), why: 'replay' }, tools);
  // a batch without any record is a piece, too
  if (put === undefined) throw new TypeError('expected one piece at least');
  return put;
}

/** `undefined` when retention has passed the range since it was planned. */
async function readUnlessGone(
  range: OffsetRange,
  options: ReplayOptions,
  heldFrom: bigint | undefined,
): Promise<Batch | undefined> {
  try {
    return await readBatch(range, options, heldFrom);
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'OFFSETS_GONE') return undefined;
    throw error;
  }
}

/** Reads the range, as far as Kafka holds it from `heldFrom` on. */
async function readBatch(
  range: OffsetRange,
  { reader, signal, tools: { topic } }: ReplayOptions,
  heldFrom = range.from,
): Promise<Batch> {
  const buffer = new PartitionBuffer(range.partition, range.from);
  if (heldFrom > range.from) buffer.push(emptyChunk({ ...range, topic, to: heldFrom }), 0);
  if (heldFrom < range.to)
    for await (const chunk of reader.read({ ...range, from: heldFrom }, signal)) buffer.push(chunk, 0);
  return buffer.cutAt(range.to);
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
  if (why !== undefined && options.allowLoss !== true) return { kind: 'left', why };
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

/** Rejects with TOPIC_RECREATED when what was read may be of another topic, which has the name by now. */
async function checkTopic({ topicId, tools, reader }: ReplayOptions): Promise<void> {
  if (topicId !== undefined) checkTopicId(tools.topic, { expected: topicId, found: await reader.topicId() });
}

async function noGroup(): Promise<void> {
  // a replay belongs to no consumer group
}
