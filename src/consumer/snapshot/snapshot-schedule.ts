import type { CommitTools } from '../commit/commit-tools.ts';
import type { StepRunner } from '../commit/step-runner.ts';
import { stepRunner } from '../commit/step-runner.ts';
import { commitSnapshot } from './commit-snapshot.ts';
import { targetsOf, type SnapshotTools } from './snapshot-tools.ts';

export interface SnapshotScheduleOptions {
  readonly snapshots: SnapshotTools;
  readonly tools: CommitTools;
  readonly everyMs: number;
}

/** What this member has, and when it wrote last, by the monotonic clock. */
export interface MemberState {
  readonly partitions: Iterable<number>;
  readonly writtenMs: number;
}

/** A member without partition 0 lets its member commit first: it waits this much longer, and finds nothing to do. */
const courtesy = 1.5;

/** The ledger is asked for partitions of others again after this many commits. */
const commitsBetweenLooks = 10;

/** Positions of a table that gets nothing move once this many entries had nothing for it. */
const entriesMin = 100;

/**
 * Says when it is time for a snapshot. Any member may commit what all members have written, at any time; who has partition 0 does it
 * every `everyMs`, the others when that one seems not to. Nobody is elected: the table's compare-and-swap decides.
 */
export class SnapshotSchedule {
  readonly #options: SnapshotScheduleOptions;
  #partitions: readonly number[] = [];
  #commits = 0;
  #lastMs: number;
  /** When something of ours was first seen that no commit of ours has covered. */
  #waitingMs: number | undefined;
  #coveredMs = -Infinity;

  constructor(options: SnapshotScheduleOptions) {
    this.#options = options;
    this.#lastMs = options.tools.clock.monotonicMs();
  }

  /** Commits if it is time to; call it several times a second. Rejects when it can't be done in spite of all retries. */
  async tick(member: MemberState, signal: AbortSignal): Promise<void> {
    const nowMs = this.#options.tools.clock.monotonicMs();
    const partitions = [...member.partitions];
    if (member.writtenMs > this.#coveredMs) this.#waitingMs ??= nowMs;
    if (!this.#isDue(partitions, nowMs)) return;
    await this.#commit({ partitions, writtenMs: member.writtenMs }, stepRunner(this.#options.tools, signal));
  }

  /** Commits everything that is written by now, whoever wrote it. */
  async flush(member: MemberState): Promise<void> {
    this.#commits = 0;
    const { partitions, writtenMs } = member;
    await this.#commit({ partitions: [...partitions], writtenMs }, stepRunner(this.#options.tools));
  }

  #isDue(partitions: readonly number[], nowMs: number): boolean {
    const { everyMs } = this.#options;
    if (partitions.includes(0)) return nowMs - this.#lastMs >= everyMs;
    return this.#waitingMs !== undefined && nowMs - this.#waitingMs >= everyMs * courtesy;
  }

  async #commit({ partitions, writtenMs }: MemberState & { partitions: readonly number[] }, step: StepRunner) {
    const { tools, snapshots } = this.#options;
    const { ledger, table, topic, observer, writer } = tools;
    this.#lastMs = tools.clock.monotonicMs();
    if (this.#commits++ % commitsBetweenLooks === 0)
      this.#partitions = await step('snapshot', () => ledger.partitions({ table, topic }));
    const all = [...new Set([...this.#partitions, ...partitions])];
    for (const target of targetsOf(table)) {
      for (let hasMore = true; hasMore;) {
        const options = { partitions: all, entriesMin };
        const outcome = await step('snapshot', () => commitSnapshot(target, options, snapshots));
        if (outcome !== undefined) observer.snapshotCommitted?.(outcome.committed);
        hasMore = outcome?.hasMore ?? false;
      }
    }
    // columns that others have added, renamed or dropped
    await step('snapshot', () => writer.refresh());
    this.#coveredMs = writtenMs;
    this.#waitingMs = undefined;
  }
}
