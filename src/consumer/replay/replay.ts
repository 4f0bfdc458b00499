import { commitBatch } from '../commit/commit-batch.ts';
import { type CommitTools } from '../commit/commit-tools.ts';
import { reasonToCut, type BatchPolicy } from '../batch/batch-policy.ts';
import type { Versioned } from '../ledger/ledger.ts';
import type { ClaimedEntry } from '../ledger/ledger-entry.ts';
import { PartitionBuffer, type Batch } from '../batch/partition-buffer.ts';
import type { OffsetRange, TopicReader } from '../ports/topic.ts';
import { replaceEntry } from '../commit/replace-entry.ts';
import type { ReplayItem } from './replay-plan.ts';
import { writeBatch } from '../commit/write-batch.ts';

export interface ReplayOptions {
  readonly reader: TopicReader;
  readonly tools: CommitTools;
  readonly policy: BatchPolicy;
  readonly signal: AbortSignal;
}

/** Carries out one item of a replay's plan. Rejects with the signal's reason between batches when aborted. */
export async function replayItem(item: ReplayItem, options: ReplayOptions): Promise<void> {
  switch (item.kind) {
    case 'leave':
      return;
    case 'replace': {
      const batch = await readBatch(item.range, options);
      await replaceEntry(
        item.current,
        async (claim, step) =>
          (
            await writeBatch(
              { batch, claim: { ...claim, placement: claim.replacement.placement }, mode: 'replace' },
              options.tools,
              step,
            )
          ).outcome,
        options.tools,
      );
      return;
    }
    case 'finish':
      return finishClaim(item.current, options);
    case 'write':
      return writeRange(item.range, options);
  }
}

async function readBatch(range: OffsetRange, { reader, signal }: ReplayOptions): Promise<Batch> {
  const buffer = new PartitionBuffer(range.partition, range.from);
  for await (const chunk of reader.read(range, signal)) buffer.push(chunk, 0);
  return buffer.cutAt(range.to);
}

/** Writes the claimed range; if another process is faster, that is as good. */
async function finishClaim(adopted: Versioned<ClaimedEntry>, options: ReplayOptions): Promise<void> {
  const { entry } = adopted;
  const range = { partition: entry.partition, from: BigInt(entry.from), to: BigInt(entry.to) };
  const batch = await readBatch(range, options);
  await commitBatch({ batch, reason: 'adopted', adopted, commitOffset: noGroup }, options.tools);
}

/** New batches by the policy. Where another process claims first, its batches are taken as they are. */
async function writeRange(range: OffsetRange, options: ReplayOptions): Promise<void> {
  const buffer = new PartitionBuffer(range.partition, range.from);
  for await (const chunk of options.reader.read(range, options.signal)) {
    if (chunk.to <= buffer.from) continue;
    buffer.push(chunk, 0);
    while (reasonToCut(buffer.fill(), options.policy, 0) !== undefined) await writeNext(buffer, range, options);
  }
  while (buffer.from < range.to) await writeNext(buffer, range, options);
}

async function writeNext(buffer: PartitionBuffer, range: OffsetRange, options: ReplayOptions): Promise<void> {
  options.signal.throwIfAborted();
  const batch = buffer.cut(options.policy);
  const result = await commitBatch({ batch, reason: 'end', commitOffset: noGroup }, options.tools);
  if (result.kind === 'committed') {
    buffer.release(batch.to);
    return;
  }
  const { entry, version } = result.found;
  if (entry.state === 'claimed') await finishClaim({ entry, version }, options);
  buffer.release(BigInt(entry.to) < range.to ? BigInt(entry.to) : range.to);
}

async function noGroup(): Promise<void> {
  // a replay belongs to no consumer group
}
