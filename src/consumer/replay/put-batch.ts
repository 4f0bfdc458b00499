import { hasCode } from '../../runtime/errors.ts';
import { PartitionBuffer, type Batch } from '../batch/partition-buffer.ts';
import { decodeLimitsOf, type BatchPolicy } from '../batch/batch-policy.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import { discardLeftovers } from '../commit/write/leftovers.ts';
import { putReplacement, type PutReplacement } from '../commit/replace/replace-entry.ts';
import type { WrittenEntry } from '../ledger/entry/ledger-entry.ts';
import { checkTopicId } from '../ledger/topic/topic-identity.ts';
import { emptyChunk } from '../ports/record-chunk.ts';
import type { OffsetRange, TopicReader } from '../ports/topic.ts';
import { countsTombstones, type FoundEntry } from './hole-pieces.ts';
import { lostOfReplay, withLost } from './lost-offsets.ts';
import { readAgain, whyRejected } from './read-again.ts';

export interface ReplayOptions {
  readonly reader: TopicReader;
  readonly tools: CommitTools;
  readonly policy: BatchPolicy;
  /** The id of the topic that is read, where the broker tells it. */
  readonly topicId?: string | undefined;
  /** Replaces a batch also when Kafka delivers fewer records for it than the lake has, and ends a claim of which it lacks some. */
  readonly allowLoss?: boolean;
  /** The ranges that are replaced by one change of an Iceberg table, where they are several. */
  readonly together?: readonly OffsetRange[];
  readonly signal: AbortSignal;
}

/** A batch that was not read again, or not all of it, and why. */
export interface LeftBatch {
  readonly kind: 'left';
  readonly why: string;
  /** Kafka delivers fewer records than the lake has. */
  readonly isFewer?: true;
  /** It was to be ended, and could not be; or, if false, there was nothing to end. Left out: what it was decides. */
  readonly isRefused?: boolean;
}

export type ReplayResult = ({ readonly kind: 'done' } | LeftBatch) & {
  /** What a hole of the ledger had, as it was before it was filled. */
  readonly before?: readonly WrittenEntry[];
};

/** An entry that is to be replaced. */
export interface ReplacedBy extends FoundEntry {
  readonly range: OffsetRange;
  readonly heldFrom?: bigint;
  /** Rows and dead letters that the lake has of the range, where these may be more than the entry lists. */
  readonly inLake?: number;
}

/** Reads a batch again and puts its new objects; or says why it was left alone. */
export async function putBatch(
  { range, heldFrom, entry, take, inLake = 0 }: ReplacedBy,
  options: ReplayOptions,
): Promise<PutReplacement | LeftBatch> {
  const { tools, policy, allowLoss = false, together } = options;
  const { rows } = entry.outcome;
  const had = Math.max(entry.outcome.records, inLake);
  const batch = await readUnlessGone(range, options, heldFrom);
  if (batch === undefined)
    return { kind: 'left', why: 'Kafka dropped it after the replay had begun; its objects stay' };
  using read = await readAgain(batch, entry, { tools, limits: decodeLimitsOf(policy), allowLoss });
  const delivered = countsTombstones(entry) ? read.records : read.rows + read.rejects;
  const isFewer = delivered < had;
  const why = isFewer
    ? `Kafka delivers ${delivered} of its ${had} records; --allow-loss replaces them all the same`
    : whyRejected(rows, entry, read);
  if (why !== undefined && !allowLoss) {
    await discardLeftovers(entry, tools);
    return { kind: 'left', why, ...(isFewer && { isFewer }) };
  }
  await checkTopic(options);
  const put = await putReplacement({ current: await take(), pieces: read.pieces(), why: 'replay', together }, tools);
  // a batch without any record is a piece, too
  if (put === undefined) throw new TypeError('expected one piece at least');
  const lost = lostOfReplay(range, { before: entry.outcome.lost, batch, isFewer });
  return { ...put, next: withLost(put.next, lost) };
}

/** `undefined` when retention has passed the range since it was planned. */
export async function readUnlessGone(
  range: OffsetRange,
  options: ReplayOptions,
  heldFrom: bigint | undefined,
): Promise<Batch | undefined> {
  try {
    return await readBatch(range, options, heldFrom);
  } catch (error) {
    if (hasCode(error, 'OFFSETS_GONE')) return undefined;
    throw error;
  }
}

/** Reads the range, as far as Kafka holds it from `heldFrom` on. */
export async function readBatch(
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

/** Rejects with TOPIC_RECREATED when what was read may be of another topic, which has the name by now. */
export async function checkTopic({ topicId, tools, reader }: ReplayOptions): Promise<void> {
  if (topicId !== undefined) checkTopicId(tools.topic, { expected: topicId, found: await reader.topicId() });
}
