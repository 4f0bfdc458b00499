import type { Clock } from '../runtime/clock.ts';
import { faultKinds, spoil, type FaultKind } from './faults.ts';
import type { Message, Publisher } from './publisher.ts';
import { randomAt } from './random.ts';
import { readingAt, type WardOptions } from './thermometer.ts';

export interface SimulatorOptions {
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly ward: WardOptions;
  /** Readings per second; `undefined`: as many as get acknowledged. */
  readonly rate?: number | undefined;
  /** Ends after this many readings. */
  readonly count?: number | undefined;
  /** Ends after this long. */
  readonly durationMs?: number | undefined;
  readonly batchRecords: number;
  /** Event time of the first reading and distance to the next; `undefined`: the time of publishing. */
  readonly timeline?: { readonly startMs: number; readonly everyMs: number };
  /** Share of the readings that are spoiled, 0 to 1. */
  readonly faultShare: number;
  /** Gives up to `size` messages, none at the end; left out: readings of the ward. */
  readonly take?: ((size: number) => Promise<readonly Message[]>) | undefined;
  readonly progressMs: number;
  readonly onProgress: (progress: Progress) => void;
  readonly stop: AbortSignal;
}

export interface Progress {
  readonly acknowledged: number;
  readonly perSecond: number;
}

/** Publishes until count, duration or `stop`. Resolves when everything sent is acknowledged, with the number of readings. */
export async function simulate(options: SimulatorOptions): Promise<Progress> {
  const { publisher, clock, count = Infinity, durationMs = Infinity, stop } = options;
  const startMs = clock.monotonicMs();
  let reportedMs = startMs;
  let acknowledged = 0;
  const progress = (atMs: number): Progress => ({
    acknowledged,
    perSecond: Math.round((acknowledged * 1000) / Math.max(1, atMs - startMs)),
  });
  while (!stop.aborted && acknowledged < count && clock.monotonicMs() - startMs < durationMs) {
    const due = dueCount(options, acknowledged, clock.monotonicMs() - startMs);
    if (due <= 0) {
      await clock.sleep(pauseMs(options), stop).catch(() => {});
      continue;
    }
    const size = Math.min(due, options.batchRecords, count - acknowledged);
    const messages = (await options.take?.(size)) ?? messagesFrom(options, acknowledged, size);
    if (messages.length === 0) break;
    acknowledged += await publisher.send(messages);
    const atMs = clock.monotonicMs();
    if (atMs - reportedMs < options.progressMs) continue;
    reportedMs = atMs;
    options.onProgress(progress(atMs));
  }
  return progress(clock.monotonicMs());
}

function dueCount({ rate, batchRecords }: SimulatorOptions, sent: number, spentMs: number): number {
  return rate === undefined ? batchRecords : Math.floor((spentMs * rate) / 1000) + 1 - sent;
}

/** Waits long enough for one more reading, and short enough to publish evenly. */
function pauseMs({ rate = 1 }: SimulatorOptions): number {
  return Math.min(1000, Math.max(20, 1000 / rate));
}

function messagesFrom(options: SimulatorOptions, start: number, size: number): Message[] {
  const messages: Message[] = [];
  for (let index = start; index < start + size; index++) messages.push(messageAt(options, index));
  return messages;
}

function messageAt(options: SimulatorOptions, index: number): Message {
  const { ward, clock, timeline } = options;
  const timeMs = timeline === undefined ? clock.nowMs() : timeline.startMs + index * timeline.everyMs;
  const reading = readingAt(ward, index, Math.floor(timeMs));
  const kind = faultAt(options, index);
  return { key: reading.patientId, value: kind === undefined ? JSON.stringify(reading) : spoil(reading, kind) };
}

function faultAt({ ward: { seed }, faultShare }: SimulatorOptions, index: number): FaultKind | undefined {
  if (faultShare === 0 || randomAt(seed, index, 5) >= faultShare) return undefined;
  return faultKinds[Math.floor(randomAt(seed, index, 6) * faultKinds.length)];
}
