import { Queues } from '../../runtime/concurrency.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import type { StepRunner } from '../commit/tools/step-runner.ts';
import { stepRunner } from '../commit/tools/step-runner.ts';
import { CommitBoundaries } from './commit-boundaries.ts';
import { isCommitDue, type Standing } from './commit-due.ts';
import { commitSnapshot } from './commit-snapshot.ts';
import type { SnapshotTools } from './snapshot-tools.ts';
import { tablesOf } from '../table/dead-letters/topic-tables.ts';

export interface SnapshotScheduleOptions {
  readonly snapshots: SnapshotTools;
  readonly tools: CommitTools;
  /** Time between two boundaries. */
  readonly everyMs: number;
  /** Topics of one table wait for each other: commits that run side by side refuse each other. */
  readonly queues?: Queues | undefined;
}

/** What this member has and does; times by the monotonic clock. */
export interface MemberState {
  readonly partitions: Iterable<number>;
  /** When it wrote last. */
  readonly writtenMs: number;
  /** When its oldest record arrived that is not written yet; `undefined` when none waits. */
  readonly waitingSinceMs: number | undefined;
}

/** The ledger is asked for partitions of others again after this many commits. */
const commitsBetweenLooks = 10;

/** Positions of a table that gets nothing move once this many entries had nothing for it. */
const entriesMin = 100;

/**
 * Commits snapshots: one after each boundary, for what arrived before it, by whoever comes first. Nobody is elected: the table's
 * compare-and-swap decides.
 */
export class SnapshotSchedule {
  /** Batches are cut at them. */
  readonly boundaries: CommitBoundaries;
  readonly #options: SnapshotScheduleOptions;
  readonly #queues: Queues;
  #partitions: readonly number[] = [];
  #commits = 0;
  #boundaryMs: number;
  /** What has been done about the boundary; at first there is nothing to do. */
  #committed: Standing['committed'] = 'all';
  #writtenSinceMs: number | undefined;
  /** What of our own was written when a commit of ours began, by its time. */
  #coveredMs = -Infinity;

  constructor(options: SnapshotScheduleOptions) {
    const { tools, everyMs, queues = new Queues() } = options;
    this.#options = options;
    this.#queues = queues;
    this.boundaries = new CommitBoundaries(`${tools.table}/${tools.topic}`, { everyMs, clock: tools.clock });
    this.#boundaryMs = this.boundaries.passedMs();
  }

  /** Commits if it is time to; call it several times a second. Rejects when it can't be done in spite of all retries. */
  async tick(member: MemberState, signal: AbortSignal): Promise<void> {
    const nowMs = this.#options.tools.clock.monotonicMs();
    this.#look(member, nowMs);
    const partitions = [...member.partitions];
    if (!isCommitDue(this.#standingOf(partitions, member), nowMs)) return;
    this.#committed = this.#writtenSinceMs === undefined ? 'some' : 'all';
    await this.#commit({ ...member, partitions }, stepRunner(this.#options.tools, signal));
  }

  /** Commits everything that is written by now, whoever wrote it. */
  async flush(member: MemberState): Promise<void> {
    this.#commits = 0;
    await this.#commit({ ...member, partitions: [...member.partitions] }, stepRunner(this.#options.tools));
  }

  #look({ waitingSinceMs = Infinity }: MemberState, nowMs: number): void {
    const boundaryMs = this.boundaries.passedMs();
    if (boundaryMs !== this.#boundaryMs) {
      this.#boundaryMs = boundaryMs;
      this.#committed = undefined;
      this.#writtenSinceMs = undefined;
    }
    if (waitingSinceMs >= boundaryMs) this.#writtenSinceMs ??= nowMs;
  }

  #standingOf(partitions: readonly number[], { writtenMs }: MemberState): Standing {
    return {
      everyMs: this.#options.everyMs,
      boundaryMs: this.#boundaryMs,
      writtenSinceMs: this.#writtenSinceMs,
      committed: this.#committed,
      commitsForAll: partitions.includes(0),
      hasOthers: this.#partitions.some((partition) => !partitions.includes(partition)),
      hasUncovered: writtenMs > this.#coveredMs,
    };
  }

  async #commit({ partitions, writtenMs }: MemberState & { partitions: readonly number[] }, step: StepRunner) {
    const { tools, snapshots } = this.#options;
    const { ledger, table, topic, observer, writer } = tools;
    if (this.#commits++ % commitsBetweenLooks === 0)
      this.#partitions = await step('snapshot', () => ledger.partitions({ table, topic }));
    const all = [...new Set([...this.#partitions, ...partitions])];
    for (const target of tablesOf(table)) {
      for (let hasMore = true; hasMore;) {
        const options = { partitions: all, entriesMin };
        const commit = () => commitSnapshot(target, options, snapshots);
        const outcome = await step('snapshot', () => this.#queues.run(target.name, commit));
        if (outcome !== undefined) observer.snapshotCommitted?.(outcome.committed);
        hasMore = outcome?.hasMore ?? false;
      }
    }
    // columns that others have added, renamed or dropped
    await step('snapshot', () => writer.refresh());
    this.#coveredMs = writtenMs;
  }
}
