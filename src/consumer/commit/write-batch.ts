import { mapConcurrently } from '../../runtime/concurrency.ts';
import { fingerprint } from '../ledger/chain-position.ts';
import type { CommitTools } from './commit-tools.ts';
import type { StepRunner } from './step-runner.ts';
import type { ClaimOf, Outcome } from '../ledger/ledger-entry.ts';
import type { Batch } from '../batch/partition-buffer.ts';
import type { PutMode } from '../table/table-writer.ts';

export interface WrittenBatch {
  readonly outcome: Outcome;
  /** Keys that were not there before. */
  readonly created: readonly string[];
  /** Kafka timestamp of the oldest record, milliseconds since the epoch. */
  readonly oldestTimestampMs: number | undefined;
}

/** Objects of one batch that are encoded and put at the same time. */
const putsMax = 4;

/** Steps 2 to 6 of the way into the lake: decode, settle, encode, put, register. */
export async function writeBatch(
  { batch, claim, mode }: { readonly batch: Batch; readonly claim: ClaimOf; readonly mode: PutMode },
  { writer, clock }: CommitTools,
  step: StepRunner,
): Promise<WrittenBatch> {
  using decoded = await step('decode', async () => writer.decode(batch.slices, claim.placement));
  const settled = await step('settle', () => writer.settle(decoded));
  const puts = await mapConcurrently(writer.plan(settled, claim), putsMax, async (draft) => {
    const bytes = await step('encode', () => draft.encode());
    return step('put', () => writer.put(draft, bytes, mode));
  });
  const objects = puts.map(({ object }) => object);
  await step('register', () => writer.register(settled, objects));
  return {
    outcome: {
      committedAt: new Date(clock.nowMs()).toISOString(),
      records: batch.records,
      ...settled.counts,
      objects,
      catalogVersion: settled.catalogVersion,
      ...settled.eventTimes,
      ...lastRecordOf(batch),
    },
    created: puts.filter(({ created }) => created).map(({ object }) => object.key),
    oldestTimestampMs: settled.oldestTimestampMs,
  };
}

function lastRecordOf(batch: Batch): Pick<Outcome, 'lastRecord'> {
  const last = batch.slices.at(-1);
  if (last === undefined) return {};
  const index = last.end - 1;
  const offset = last.chunk.from + BigInt(last.chunk.offsetDeltas[index] ?? 0);
  return { lastRecord: { offset: offset.toString(), ...fingerprint(last.chunk, index) } };
}
