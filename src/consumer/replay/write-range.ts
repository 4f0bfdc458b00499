import { smaller } from '../../runtime/bigints.ts';
import { decodeLimitsOf, reasonToCut } from '../batch/batch-policy.ts';
import { PartitionBuffer } from '../batch/partition-buffer.ts';
import { commitBatch } from '../commit/commit-batch.ts';
import type { Versioned } from '../ledger/chain/entry-store.ts';
import { isWritten, type ClaimedEntry } from '../ledger/entry/ledger-entry.ts';
import type { OffsetRange } from '../ports/topic.ts';
import { checkTopic, readBatch, type ReplayOptions } from './put-batch.ts';

/** Writes the claimed range, as far as Kafka holds it from `heldFrom` on, and what is left of it where the claim was cut; if another process is faster, that is as good. */
export async function finishClaim(
  claim: Versioned<ClaimedEntry>,
  options: ReplayOptions,
  heldFrom?: bigint,
): Promise<void> {
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
export async function writeRange(range: OffsetRange, options: ReplayOptions): Promise<void> {
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
