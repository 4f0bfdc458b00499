import type { Clock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import { stepRunner } from '../commit/tools/step-runner.ts';
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
  /** Partitions of other members may stand still for this long. */
  readonly quietMsMax: number;
}

export function endsOf({ partitions }: TopicDescription): Ends {
  return new Map([...partitions].map(([partition, { high }]) => [partition, high]));
}

/**
 * Resolves when everything below the ends is in the lake, whoever wrote it. Rejects with RECORDS_UNREADABLE when nothing else of our own
 * partitions is left to be written, and with STALLED when other members of the group write nothing of theirs.
 */
export async function untilWritten(ends: Ends, pipeline: Pipeline, options: UntilEndOptions): Promise<void> {
  const { clock, signal } = options;
  const others = new OtherMembers(ends, options);
  while (!signal.aborted) {
    await clock.sleep(lookMs, signal);
    const positions = pipeline.positions();
    const stuck = pipeline.stuckPartitions();
    const waiting = waitingFor(ends, positions);
    // a member may be given nothing, when others have it all
    if (!pipeline.hasAssignment || !waiting.every((partition) => stuck.has(partition))) continue;
    if (waiting.length > 0) throw pipeline.damages.failure();
    if (await others.haveReached(positions)) return;
    await clock.sleep(othersPollMs, signal);
  }
}

/** Partitions of the assignment that are not written up to their ends. */
function waitingFor(ends: Ends, positions: ReadonlyMap<number, bigint>): number[] {
  return [...positions]
    .filter(([partition, position]) => position < (ends.get(partition) ?? 0n))
    .map(([partition]) => partition);
}

/** Partitions that are not ours: how far they are is looked up in the ledger. */
class OtherMembers {
  readonly #ends: Ends;
  readonly #options: UntilEndOptions;
  #behind = '';
  #movedMs: number;

  constructor(ends: Ends, options: UntilEndOptions) {
    this.#ends = ends;
    this.#options = options;
    this.#movedMs = options.clock.monotonicMs();
  }

  /** Rejects with STALLED when what others have left to write has been the same for too long. */
  async haveReached(positions: ReadonlyMap<number, bigint>): Promise<boolean> {
    const { clock, quietMsMax } = this.#options;
    const behind = await this.#partitionsBehind(positions);
    const nowMs = clock.monotonicMs();
    if (behind !== this.#behind) this.#movedMs = nowMs;
    this.#behind = behind;
    if (behind !== '' && nowMs - this.#movedMs > quietMsMax) throw othersStalled(behind, nowMs - this.#movedMs);
    return behind === '';
  }

  async #partitionsBehind(positions: ReadonlyMap<number, bigint>): Promise<string> {
    const { tools, signal } = this.#options;
    const { ledger, table, topic } = tools;
    const step = stepRunner(tools, signal);
    const behind: string[] = [];
    for (const [partition, end] of this.#ends) {
      if (positions.has(partition)) continue;
      const path = { table, topic, partition };
      const reached = await step('position', async () => {
        const last = await ledger.last(path, undefined);
        if (last === undefined) return (await ledger.start(path))?.from ?? 0n;
        return last.entry.state === 'claimed' ? last.entry.from : last.entry.to;
      });
      if (reached < end) behind.push(`${partition} at ${reached} of ${end}`);
    }
    return behind.join(', ');
  }
}

function othersStalled(behind: string, quietMs: number): PipelineError {
  return new PipelineError('STALLED', {
    message: `everything of our own partitions is written; other members of the consumer group have written nothing of theirs for ${Math.round(quietMs / 1000)} s (partition ${behind})`,
    retryable: false,
    details: { quietMs },
    hint: 'look at the other members of KAFKA_GROUP_ID; to write everything by this command alone, stop them first',
  });
}
