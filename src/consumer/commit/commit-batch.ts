import type { CommitTools } from './commit-tools.ts';
import type { CutReason } from '../batch/batch-policy.ts';
import { stepRunner } from './step-runner.ts';
import type { ClaimResult, Versioned } from '../ledger/ledger.ts';
import { listsObject, type ClaimedEntry, type CommittedEntry, type Outcome } from '../ledger/ledger-entry.ts';
import type { Batch } from '../batch/partition-buffer.ts';
import { writeBatch } from './write-batch.ts';

export interface CommitRequest {
  readonly batch: Batch;
  readonly reason: CutReason;
  /** The entry to fulfil, when the range is claimed already. */
  readonly adopted?: Versioned<ClaimedEntry>;
  /** Offsets of the batch that Kafka lost since the claim. */
  readonly lost?: { readonly from: bigint; readonly to: bigint };
  /** Tells the group; called once the ledger holds the batch. */
  readonly commitOffset: (entry: CommittedEntry) => Promise<void>;
}

export type CommitResult =
  | { readonly kind: 'committed'; readonly entry: CommittedEntry }
  /** Another process has the range, or had it first; nothing of ours is left in the table. */
  | { readonly kind: 'theirs'; readonly found: Versioned };

/**
 * The way of one batch into the lake. Every step can be run again after a crash anywhere, by any process, and gives the
 * same objects with the same rows:
 *
 * 1. claim: the ledger's entry is created, which fixes range, keys and placement
 * 2. decode: bytes to columns
 * 3. settle: the table's schema in the catalog takes in the columns
 * 4. encode, 5. put: one Parquet object per Hive partition, dead letters too
 * 6. register: Hive partitions in the catalog
 * 7. ledger: the entry says what was written: from here on the batch is in the lake
 * 8. offsets: the group's position, a hint
 */
export async function commitBatch(request: CommitRequest, tools: CommitTools): Promise<CommitResult> {
  const startMs = tools.clock.monotonicMs();
  const step = stepRunner(tools);
  const { batch } = request;

  const claimed = await step('claim', () => takeClaim(request, tools));
  if (claimed.kind === 'theirs') return claimed;
  const { entry: claim } = claimed.claim;

  const { outcome, created, oldestTimestampMs } = await writeBatch({ batch, claim, mode: 'keep' }, tools, step);

  const entry: CommittedEntry = { ...claim, state: 'committed', outcome: { ...outcome, ...lossOf(request) } };
  const written = await step('ledger', () => tools.ledger.replace(claimed.claim, entry));
  if (written.kind === 'theirs') {
    await tools.writer.discard(created.filter((key) => !listsObject(written.found.entry, key)));
    return written;
  }
  const tookMs = tools.clock.monotonicMs() - startMs;
  tools.observer.committed?.({ entry, reason: request.reason, bytesIn: batch.bytes, tookMs, oldestTimestampMs });
  await step('offsets', () => request.commitOffset(entry));
  return { kind: 'committed', entry };
}

async function takeClaim(
  { batch, reason, adopted }: CommitRequest,
  tools: CommitTools,
): Promise<ClaimResult<ClaimedEntry>> {
  if (adopted !== undefined) return { kind: 'ours', claim: adopted };
  return tools.ledger.claim<ClaimedEntry>({
    format: 1,
    state: 'claimed',
    table: tools.table,
    topic: tools.topic,
    partition: batch.partition,
    from: batch.from.toString(),
    to: batch.to.toString(),
    writer: tools.newWriterId(),
    claimedAt: new Date(tools.clock.nowMs()).toISOString(),
    reason,
    placement: tools.placement,
  });
}

function lossOf({ lost }: CommitRequest): Pick<Outcome, 'lost'> {
  return lost === undefined ? {} : { lost: { from: lost.from.toString(), to: lost.to.toString() } };
}
