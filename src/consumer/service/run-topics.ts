import type { GroupMembership } from '../ports/topic.ts';
import { aborted, sourceEnded, within } from './graceful-stop.ts';
import { TopicRuns, type TopicRunsOptions } from './topic-runs.ts';

export interface TopicsOptions extends Omit<TopicRunsOptions, 'isBounded'> {
  readonly membership: GroupMembership;
  /** Ends when these topics are written up to their ends; left out: runs until `stop`. */
  readonly untilEnd: readonly string[] | undefined;
  /** How long a graceful stop may take. */
  readonly drainMs: number;
}

/**
 * Reads several topics as one member of a group until `stop`, the end (`untilEnd`) or a failure of all of them. Resolves once everything
 * that had arrived is written.
 */
export async function runTopics(options: TopicsOptions): Promise<void> {
  const { membership, stop, untilEnd, observer } = options;
  const runs = new TopicRuns({ ...options, isBounded: untilEnd !== undefined });
  if (untilEnd !== undefined) runs.begin(untilEnd);
  const reading = membership.run({
    assigned: (topics) => runs.assign(topics),
    revoked: (cause) => observer.revoked(cause),
    waiting: (topic, error) => observer.waiting(topic, error),
  });
  const tasks = [
    reading.then(() => {
      if (!stop.aborted) throw sourceEnded();
    }),
    runs.failed,
    aborted(stop),
    ...(untilEnd === undefined ? [] : [runs.ended()]),
  ];
  try {
    // the first one decides; what the others meet afterwards is of no interest
    await Promise.race(tasks);
    // each run stops by itself, and has its own deadline
    if (stop.aborted) await runs.ended();
  } finally {
    await within(membership.stop(), undefined, options);
  }
}
