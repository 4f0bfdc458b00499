import { retry } from '../runtime/retry.ts';
import type { Clock } from '../runtime/clock.ts';
import type { CutReason } from './batch-policy.ts';
import { fingerprint } from './chain-position.ts';
import type { Ledger, Versioned } from './ledger.ts';
import type { ClaimedEntry, CommittedEntry, LedgerEntry, Outcome, Placement, WrittenObject } from './ledger-entry.ts';
import type { Batch } from './partition-buffer.ts';
import type { PipelineObserver, StepName } from './pipeline-observer.ts';
import type { TableWriter } from './table-writer.ts';

/** What turns batches into committed entries; one per process and table. */
export interface CommitTools {
  readonly ledger: Ledger;
  readonly writer: TableWriter;
  readonly table: string;
  readonly topic: string;
  readonly placement: Placement;
  readonly clock: Clock;
  readonly random: () => number;
  /** A new unique id for each claim. */
  readonly newWriterId: () => string;
  readonly observer: PipelineObserver;
  /** How long a step is tried again before the process gives up, in milliseconds. */
  readonly patienceMs: number;
}

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
  const startMs = tools.clock.nowMs();
  const step = stepRunner(tools);
  const { batch } = request;

  const claimed = await step('claim', () => takeClaim(request, tools));
  if (claimed.kind === 'theirs') return claimed;
  const { entry: claim } = claimed.claim;

  const decoded = await step('decode', async () => tools.writer.decode(batch.slices, claim.placement));
  const settled = await step('settle', () => tools.writer.settle(decoded));
  const objects: WrittenObject[] = [];
  const created: string[] = [];
  for (const draft of tools.writer.plan(settled, claim)) {
    const bytes = await step('encode', () => draft.encode());
    const put = await step('put', () => tools.writer.put(draft, bytes));
    objects.push(put.object);
    if (put.created) created.push(put.object.key);
  }
  await step('register', () => tools.writer.register(settled, objects));

  const outcome: Outcome = {
    committedAt: new Date(tools.clock.nowMs()).toISOString(),
    records: batch.records,
    ...settled.counts,
    objects,
    catalogVersion: settled.catalogVersion,
    ...settled.eventTimes,
    ...lastRecordOf(batch),
    ...lossOf(request),
  };
  const next: CommittedEntry = { ...claim, state: 'committed', outcome };
  const written = await step('ledger', () => tools.ledger.replace(claimed.claim, next));
  if (written.kind === 'theirs') {
    await tools.writer.discard(created.filter((key) => !names(written.found.entry, key)));
    return written;
  }
  tools.observer.committed?.({
    entry: next,
    reason: request.reason,
    bytesIn: batch.bytes,
    tookMs: tools.clock.nowMs() - startMs,
    oldestTimestampMs: settled.oldestTimestampMs,
  });
  await step('offsets', () => request.commitOffset(next));
  return { kind: 'committed', entry: next };
}

type StepRunner = <T>(name: StepName, work: () => Promise<T>) => Promise<T>;

/** Tells the observer before and after, and tries again what may succeed later. */
function stepRunner({ clock, random, observer, patienceMs }: CommitTools): StepRunner {
  return async (name, work) => {
    const startMs = clock.nowMs();
    await observer.step?.(name, 'before', 0);
    const result = await retry(work, {
      clock,
      random,
      attemptsMax: 100,
      totalMs: patienceMs,
      delayMs: 200,
      delayMaxMs: 15_000,
      onRetry: (error, attempt, delayMs) => observer.retrying?.(name, error, attempt, delayMs),
    });
    await observer.step?.(name, 'after', clock.nowMs() - startMs);
    return result;
  };
}

async function takeClaim(
  { batch, reason, adopted }: CommitRequest,
  tools: CommitTools,
): Promise<{ kind: 'ours'; claim: Versioned<ClaimedEntry> } | { kind: 'theirs'; found: Versioned }> {
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

function lastRecordOf(batch: Batch): Pick<Outcome, 'lastRecord'> {
  const last = batch.slices.at(-1);
  if (last === undefined) return {};
  const index = last.end - 1;
  const offset = last.chunk.from + BigInt(last.chunk.offsetDeltas[index] ?? 0);
  return { lastRecord: { offset: offset.toString(), ...fingerprint(last.chunk, index) } };
}

function lossOf({ lost }: CommitRequest): Pick<Outcome, 'lost'> {
  return lost === undefined ? {} : { lost: { from: lost.from.toString(), to: lost.to.toString() } };
}

function names(entry: LedgerEntry, key: string): boolean {
  if (entry.state === 'gap' || entry.state === 'claimed') return false;
  return entry.outcome.objects.some((object) => object.key === key);
}
