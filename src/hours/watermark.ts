import { smallestOf } from '../runtime/extremes.ts';
import type { LedgerEntry } from '../consumer/ledger/entry/ledger-entry.ts';
import type { Watermarks } from '../consumer/ports/topic.ts';

/** How far one Kafka partition is in the lake, by the ledger. */
export interface PartitionProgress {
  /** End of what is written without a hole: the offset that comes next. */
  readonly position: bigint;
  /** The time that was reached; -Infinity when no entry tells one. */
  readonly reachedMs: number;
  /** When the newest entry was committed; `undefined` without one. */
  readonly newMs: number | undefined;
}

/**
 * The time up to which the entry's Kafka partition has been read: the earliest of three clocks, those of the devices (the newest event
 * time), of Kafka (the last record's timestamp) and of the consumer (the claim). A clock that runs ahead reaches nothing by itself: one
 * record of tomorrow does not end today. `undefined` for an entry that tells no time.
 */
export function reachedMs(entry: LedgerEntry): number | undefined {
  if (!('outcome' in entry)) return undefined;
  const { maxEventTime, records } = entry.outcome;
  if (records === 0) return undefined;
  return Math.min(sentMs(entry), maxEventTime === undefined ? Infinity : Date.parse(maxEventTime));
}

/** When the entry's last record was sent, as Kafka and the consumer agree: a producer's clock that runs ahead does not count. */
export function sentMs({ claimedAt, ...entry }: LedgerEntry): number {
  const timestampMs = 'outcome' in entry ? entry.outcome.lastRecord?.timestampMs : undefined;
  const claimedMs = Date.parse(claimedAt);
  return timestampMs === undefined || timestampMs < 0 ? claimedMs : Math.min(timestampMs, claimedMs);
}

export interface WatermarkFacts {
  /** How far each Kafka partition is; those that the ledger has nothing of are left out. */
  readonly reaches: ReadonlyMap<number, PartitionProgress>;
  /** What the broker holds of each Kafka partition. */
  readonly ends: ReadonlyMap<number, Watermarks>;
  /** When the broker was asked, or before: what was sent by then and not read yet is below the ends. */
  readonly observedMs: number;
  readonly idleMs: number;
}

/**
 * The time that every Kafka partition has been read past: the least of all. A partition that is read to its end and has brought nothing for
 * `idleMs` has been read up to now; so has one that holds nothing.
 */
export function watermarkMs({ reaches, ends, observedMs, idleMs }: WatermarkFacts): number {
  const times = [...ends].map(([partition, marks]) => {
    const reach = reaches.get(partition);
    return isIdle(reach, marks, { observedMs, idleMs }) ? observedMs : (reach?.reachedMs ?? -Infinity);
  });
  return times.length === 0 ? -Infinity : smallestOf(times);
}

function isIdle(
  reach: PartitionProgress | undefined,
  { low, high }: Watermarks,
  { observedMs, idleMs }: { readonly observedMs: number; readonly idleMs: number },
): boolean {
  if (reach === undefined) return low === high;
  return reach.position >= high && (reach.newMs === undefined || observedMs - reach.newMs >= idleMs);
}
