import { smallestOf } from '../runtime/extremes.ts';
import { isWritten, type LedgerEntry } from '../consumer/ledger/entry/ledger-entry.ts';
import { hourOf, hourStartMs } from './hour-state.ts';
import { noRows, type HourCount } from './next-change.ts';
import { reachedMs, sentMs, type PartitionProgress } from './watermark.ts';

const firstGeneration = 1;

/** Adds up the ledger's entries, by hour and by Kafka partition. Entries of a partition come in order. */
export class LedgerTally {
  readonly #hours = new Map<string, HourCount>();
  readonly #reaches = new Map<number, PartitionProgress>();
  /** Entries that a replay has replaced: when they were claimed, and how often they were replaced. */
  #replaced: { readonly claimedMs: number; readonly times: number }[] = [];
  /** Partitions whose next entry is not written yet: what lies behind it does not count. */
  readonly #waiting = new Set<number>();

  get hours(): ReadonlyMap<string, HourCount> {
    return this.#hours;
  }

  get reaches(): ReadonlyMap<number, PartitionProgress> {
    return this.#reaches;
  }

  /** Notes where a partition begins that has no entry yet. */
  begin(partition: number, position: bigint): void {
    if (!this.#reaches.has(partition))
      this.#reaches.set(partition, { position, reachedMs: -Infinity, newMs: undefined });
  }

  /** True when the entry was added; false for a claim, or for what lies behind one. */
  add(entry: LedgerEntry): boolean {
    const { partition } = entry;
    const before = this.#reaches.get(partition);
    const hasHole = before !== undefined && before.newMs !== undefined && before.position !== entry.from;
    if (entry.state === 'claimed' || hasHole || this.#waiting.has(partition)) {
      this.#waiting.add(partition);
      return false;
    }
    this.#reaches.set(partition, {
      position: entry.to,
      reachedMs: Math.max(before?.reachedMs ?? -Infinity, reachedMs(entry) ?? -Infinity),
      newMs: Date.parse(isWritten(entry) ? entry.outcome.committedAt : entry.claimedAt),
    });
    this.#count(entry);
    return true;
  }

  /** Lets partitions that waited for a claim go on. */
  resume(): void {
    this.#waiting.clear();
  }

  /** Drops hours that begin before this time, and what it knows of entries that were claimed before `claimedMs`. */
  forget(beforeMs: number, claimedMs: number): void {
    this.#replaced = this.#replaced.filter((each) => each.claimedMs >= claimedMs);
    for (const hour of this.#hours.keys()) if (hourStartMs(hour) < beforeMs) this.#hours.delete(hour);
  }

  /** How often entries that were claimed since then were replaced. It only grows: of two readers, the lower one has missed a replay. */
  replacements(sinceMs: number): number {
    return this.#replaced.reduce((sum, { claimedMs, times }) => sum + (claimedMs >= sinceMs ? times : 0), 0);
  }

  /** The start of the oldest hour that has rows; Infinity without any. */
  oldestHourMs(): number {
    return smallestOf(this.#hours.keys().map(hourStartMs));
  }

  #count(entry: LedgerEntry): void {
    if (!isWritten(entry)) return;
    const times = entry.generation - firstGeneration;
    if (times > 0) this.#replaced.push({ claimedMs: Date.parse(entry.claimedAt), times });
    for (const { kind, partition, rows, crc32 = 0 } of entry.outcome.objects) {
      const hour = kind === 'rows' ? hourOf(partition) : undefined;
      if (hour === undefined) continue;
      const before = this.#hours.get(hour) ?? noRows;
      const newestSentMs = Math.max(before.newestSentMs, sentMs(entry));
      this.#hours.set(hour, { rows: before.rows + rows, content: before.content + crc32, newestSentMs });
    }
  }
}
