import type { Clock } from '../../runtime/clock.ts';
import type { CommitTools } from '../commit/commit-tools.ts';
import { stepRunner } from '../commit/step-runner.ts';
import type { TopicDescription } from '../ports/topic.ts';
import type { Pipeline } from './pipeline.ts';

/** Offset up to which each partition must be written. */
export type Ends = ReadonlyMap<number, bigint>;

/** How often positions are compared with the ends. */
const lookMs = 100;

/** How often the ledger is asked for partitions of other members once our own are done. */
const othersPollMs = 1000;

export interface UntilEndOptions {
  readonly tools: CommitTools;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export function endsOf({ partitions }: TopicDescription): Ends {
  return new Map([...partitions].map(([partition, { high }]) => [partition, high]));
}

/**
 * Resolves when everything below the ends is in the lake, whoever wrote it. Rejects with RECORDS_UNREADABLE when nothing else of our own
 * partitions is left to be written.
 */
export async function untilWritten(ends: Ends, pipeline: Pipeline, options: UntilEndOptions): Promise<void> {
  const { clock, signal } = options;
  while (!signal.aborted) {
    await clock.sleep(lookMs, signal);
    const positions = pipeline.positions();
    const stuck = pipeline.stuckPartitions();
    const waiting = waitingFor(ends, positions);
    if (positions.size === 0 || !waiting.every((partition) => stuck.has(partition))) continue;
    if (waiting.length > 0) throw pipeline.damages.failure();
    if (await othersHaveReached(ends, positions, options)) return;
    await clock.sleep(othersPollMs, signal);
  }
}

/** Partitions of the assignment that are not written up to their ends. */
function waitingFor(ends: Ends, positions: ReadonlyMap<number, bigint>): number[] {
  return [...positions]
    .filter(([partition, position]) => position < (ends.get(partition) ?? 0n))
    .map(([partition]) => partition);
}

/** Partitions of other members are looked up in the ledger. */
async function othersHaveReached(
  ends: Ends,
  positions: ReadonlyMap<number, bigint>,
  { tools, signal }: UntilEndOptions,
): Promise<boolean> {
  const { ledger, table, topic } = tools;
  const step = stepRunner(tools, signal);
  for (const [partition, end] of ends) {
    if (positions.has(partition)) continue;
    const last = await step('position', () => ledger.last({ table, topic, partition }, undefined));
    const reached = last === undefined || last.entry.state === 'claimed' ? 0n : last.entry.to;
    if (reached < end) return false;
  }
  return true;
}
