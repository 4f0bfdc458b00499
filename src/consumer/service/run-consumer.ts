import { PipelineError } from '../../runtime/errors.ts';
import { Pipeline, type PipelineOptions } from './pipeline.ts';
import type { Watermarks } from '../ports/topic.ts';

export interface ConsumerOptions extends PipelineOptions {
  /** Ends when everything the topic held at the start is in the lake. */
  readonly untilEnd: boolean;
  /** The process ends with STALLED after this long without progress though there is lag. */
  readonly stallMs: number;
  /** How long a graceful stop may take. */
  readonly drainMs: number;
  readonly lagPollMs: number;
  /** Asks for a graceful stop. */
  readonly stop: AbortSignal;
  readonly onLag?: (lag: ReadonlyMap<number, bigint>) => void;
  /** Everything is written and nothing has moved for a while; called once until something does. */
  readonly onIdle?: () => void;
}

/** How often buffers are looked at for their age. */
const tickMs = 100;

/** After this long without anything to do the process counts as idle. */
const idleMs = 5000;

/** How often the ledger is asked for partitions of other members once our own are done. */
const othersPollMs = 1000;

/**
 * Runs the service until `stop`, the end (`untilEnd`) or a failure. Resolves once everything that had arrived is written;
 * rejects with the failure, with STALLED, or with DEADLINE_EXCEEDED when the graceful stop took too long.
 */
export async function runConsumer(options: ConsumerOptions): Promise<void> {
  const { source, reader, untilEnd, clock } = options;
  const pipeline = new Pipeline(options);
  const ends = untilEnd ? endsOf((await reader.describe()).partitions) : undefined;
  if (ends !== undefined) pipeline.finishAt(ends);

  const over = new AbortController();
  const running = source.run(pipeline);
  running.catch(() => {});
  try {
    await Promise.race([
      running.then(() => {
        if (!options.stop.aborted) throw leftAlone();
      }),
      pipeline.failed,
      watch(pipeline, ends, options, over.signal),
    ]);
    if (options.stop.aborted) await drainWithin(pipeline, options);
  } finally {
    over.abort();
    await Promise.race([source.stop(), clock.sleep(options.drainMs)]);
  }
}

/** Ticks until the graceful stop is asked for or the ends are reached; rejects with STALLED. */
async function watch(
  pipeline: Pipeline,
  ends: ReadonlyMap<number, bigint> | undefined,
  options: ConsumerOptions,
  over: AbortSignal,
): Promise<void> {
  const { clock, stop, lagPollMs } = options;
  let nextPollMs = clock.monotonicMs() + lagPollMs;
  let idleSinceMs = Number.NaN;
  while (!stop.aborted && !over.aborted) {
    await clock.sleep(tickMs);
    pipeline.tick();
    if (ends !== undefined && (await hasReached(ends, pipeline, options))) return;
    if (clock.monotonicMs() < nextPollMs) continue;
    await checkProgress(pipeline, options);
    nextPollMs = clock.monotonicMs() + lagPollMs;
    const { progressMs } = pipeline;
    if (progressMs === idleSinceMs || pipeline.bufferedBytes() > 0 || clock.monotonicMs() - progressMs < idleMs)
      continue;
    idleSinceMs = progressMs;
    options.onIdle?.();
  }
}

async function checkProgress(pipeline: Pipeline, { reader, clock, stallMs, onLag }: ConsumerOptions): Promise<void> {
  const topic = await reader.describe().catch(() => undefined);
  if (topic === undefined) return;
  const lag = lagOf(pipeline.positions(), topic.partitions);
  onLag?.(lag);
  const quietMs = clock.monotonicMs() - pipeline.progressMs;
  const hasLag = lag.values().some((records) => records > 0n);
  if (hasLag && quietMs > stallMs) throw stalled(lag, quietMs);
}

function lagOf(positions: ReadonlyMap<number, bigint>, marks: ReadonlyMap<number, Watermarks>): Map<number, bigint> {
  const lag = new Map<number, bigint>();
  for (const [partition, next] of positions) {
    const high = marks.get(partition)?.high;
    if (high !== undefined) lag.set(partition, high > next ? high - next : 0n);
  }
  return lag;
}

function endsOf(marks: ReadonlyMap<number, Watermarks>): Map<number, bigint> {
  return new Map([...marks].map(([partition, { high }]) => [partition, high]));
}

/** Own partitions by their position; those of other members by the ledger. */
async function hasReached(
  ends: ReadonlyMap<number, bigint>,
  pipeline: Pipeline,
  options: ConsumerOptions,
): Promise<boolean> {
  const positions = pipeline.positions();
  if (positions.size === 0) return false;
  const others: number[] = [];
  for (const [partition, end] of ends) {
    const position = positions.get(partition);
    if (position === undefined) others.push(partition);
    else if (position < end) return false;
  }
  const { ledger, table, topic } = options.tools;
  for (const partition of others) {
    const last = await ledger.last({ table, topic, partition }, undefined);
    const reached = last === undefined || last.entry.state === 'claimed' ? 0n : last.entry.to;
    if (reached >= (ends.get(partition) ?? 0n)) continue;
    await options.clock.sleep(othersPollMs);
    return false;
  }
  return true;
}

async function drainWithin(pipeline: Pipeline, { clock, drainMs }: ConsumerOptions): Promise<void> {
  const done = new AbortController();
  const deadline = clock.sleep(drainMs, done.signal).then(() => {
    throw new PipelineError('DEADLINE_EXCEEDED', {
      message: `writing what had arrived took longer than ${drainMs} ms; nothing is lost: the next start reads it again`,
      retryable: false,
      hint: 'raise SHUTDOWN_DEADLINE_SECONDS (and the container’s stop timeout) or lower BATCH_BYTES_MAX',
    });
  });
  try {
    await Promise.race([pipeline.drain(), deadline]);
  } finally {
    deadline.catch(() => {});
    done.abort();
  }
}

function stalled(lag: ReadonlyMap<number, bigint>, quietMs: number): PipelineError {
  const behind = [...lag].map(([partition, records]) => `${partition}: ${records}`).join(', ');
  return new PipelineError('STALLED', {
    message: `nothing has moved for ${Math.round(quietMs / 1000)} s though there is lag (records by partition: ${behind})`,
    retryable: false,
    details: { quietMs },
    hint: 'the process ends so that its supervisor starts it afresh; look at the retry lines before this one',
  });
}

function leftAlone(): PipelineError {
  return new PipelineError('SOURCE_ENDED', {
    message: 'reading ended without having been asked to',
    retryable: false,
  });
}
