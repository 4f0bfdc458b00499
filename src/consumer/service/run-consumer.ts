import { stepRunner } from '../commit/tools/step-runner.ts';
import { aborted, sourceEnded, tooSlow, within } from './graceful-stop.ts';
import type { MemberState, SnapshotSchedule } from '../snapshot/snapshot-schedule.ts';
import { LagWatch, type Lag } from './lag.ts';
import type { Pace, Pause } from './pace.ts';
import { Pipeline, type PipelineOptions } from './pipeline.ts';
import { endsOf, untilWritten } from './until-end.ts';

export interface ConsumerOptions extends Omit<PipelineOptions, 'boundaries'> {
  /** Ends when everything the topic held at the start is in the lake. */
  readonly untilEnd: boolean;
  /** The process ends with STALLED when nothing was written for this long, beyond the age of a batch, though records wait. */
  readonly stallMs: number;
  /** How long a graceful stop may take. */
  readonly drainMs: number;
  readonly pace: Pace;
  /** Asks for a graceful stop. */
  readonly stop: AbortSignal;
  /** Commits snapshots of an Iceberg table; left out for a table whose objects are seen as soon as they are put. */
  readonly snapshots?: SnapshotSchedule | undefined;
  readonly onLag?: (lag: Lag) => void;
  /** Everything is written and nothing has moved for a while; called once until something does. */
  readonly onIdle?: () => void;
}

/** After this long without anything to do the process counts as idle. */
const idleMs = 5000;

/**
 * Runs the service until `stop`, the end (`untilEnd`) or a failure. Resolves once everything that had arrived is written;
 * rejects with the failure, with STALLED, or with DEADLINE_EXCEEDED when the graceful stop took too long.
 */
export async function runConsumer(options: ConsumerOptions): Promise<void> {
  const { source, reader, tools, clock, pace, stop, snapshots } = options;
  const pipeline = new Pipeline({ ...options, boundaries: snapshots?.boundaries });
  const ends = options.untilEnd ? endsOf(await stepRunner(tools, stop)('topic', () => reader.describe())) : undefined;
  if (ends !== undefined) pipeline.finishAt(ends);

  const over = new AbortController();
  const { signal } = over;
  const tasks = [
    source.run(pipeline).then(() => {
      if (!stop.aborted) throw sourceEnded();
    }),
    pipeline.failed,
    aborted(stop),
    repeat(async () => pipeline.tick(), pace.tick, signal),
    repeat(lagPoll(pipeline, options), pace.poll, signal),
    ...(snapshots ? [repeat(() => snapshots.tick(memberOf(pipeline), signal), pace.tick, signal)] : []),
    ...(ends === undefined
      ? []
      : [
          untilWritten(ends, pipeline, { tools, clock, signal, quietMsMax: options.stallMs + options.policy.ageMaxMs }),
        ]),
  ];
  try {
    // the first one decides; what the others meet afterwards is of no interest
    await Promise.race(tasks);
    if (stop.aborted) await within(drain(pipeline, options), tooSlow(options.drainMs), options);
    else await snapshots?.flush(memberOf(pipeline));
  } finally {
    over.abort();
    pipeline.end();
    await within(source.stop(), undefined, options);
  }
}

/** Writes what has arrived, and lets readers see it. */
async function drain(pipeline: Pipeline, { snapshots }: ConsumerOptions): Promise<void> {
  await pipeline.drain();
  await snapshots?.flush(memberOf(pipeline));
}

function memberOf(pipeline: Pipeline): MemberState {
  const { writtenMs, waitingSinceMs } = pipeline;
  return { partitions: pipeline.positions().keys(), writtenMs, waitingSinceMs };
}

/** Runs the work again and again; never resolves, rejects with the work's failure or when it is aborted. */
async function repeat(work: () => Promise<void>, pause: Pause, signal: AbortSignal): Promise<never> {
  for (;;) {
    await pause(signal);
    await work();
  }
}

/** Compares what is written with what the topic holds, and says when there is nothing to do. */
function lagPoll(pipeline: Pipeline, options: ConsumerOptions): () => Promise<void> {
  const { reader, tools, clock, policy, stallMs, onLag, onIdle } = options;
  const watch = new LagWatch({ topic: tools.topic, clock, quietMsMax: stallMs + policy.ageMaxMs });
  let idleSinceMs = Number.NaN;
  return async () => {
    // taken before the topic is described: what is written meanwhile can't lie beyond its end
    const reached = { topicId: pipeline.topicId, partitions: pipeline.reached() };
    const description = await reader.describe().catch(() => undefined);
    if (description === undefined) return;
    const lag = watch.lag(reached, description);
    onLag?.(lag);
    const { partitions: damaged } = pipeline.damages;
    watch.checkStall(new Map([...lag].filter(([partition]) => !damaged.has(partition))), pipeline.writtenMs);
    const { activeMs } = pipeline;
    if (activeMs === idleSinceMs || pipeline.bufferedBytes() > 0 || clock.monotonicMs() - activeMs < idleMs) return;
    idleSinceMs = activeMs;
    onIdle?.();
  };
}
