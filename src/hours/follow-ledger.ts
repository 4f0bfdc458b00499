import type { TopicPath } from '../consumer/ledger/keys/ledger-keys.ts';
import { firstOffset, readChain } from '../consumer/audit/ledger/read-chain.ts';
import type { LedgerEntry } from '../consumer/ledger/entry/ledger-entry.ts';
import type { Ledger } from '../consumer/ledger/ledger.ts';
import type { ObjectStore } from '../consumer/ports/lake.ts';
import { msPerDay } from '../runtime/duration.ts';

import { hourStartMs } from './hour-state.ts';
import { LedgerTally } from './ledger-tally.ts';

export interface FollowOptions extends TopicPath {
  readonly store: ObjectStore;
  readonly ledger: Ledger;
  /**
   * How many days ahead of its Kafka timestamp an event time counts, by our settings: that much earlier than its hour a row's entry may have
   * been committed.
   */
  readonly futureDaysMax: number;
  /**
   * Where the table ends by Kafka partition, for a table whose readers see what is written only once a snapshot has taken it in. What lies
   * behind does not count.
   */
  readonly visibleEnds?: () => Promise<ReadonlyMap<number, bigint>>;
}

/** Hours of the last days are always at hand: most late rows go to them. */
export const daysAtHand = 2;

/**
 * Keeps up with a ledger: reads what was committed in the last days once, then one request tells that a Kafka partition has nothing new. When a row
 * goes to an older hour, more of the ledger is read, so that every hour's rows are counted whole. A replay of what was read is seen by the next
 * `reread`.
 */
export class LedgerFollower {
  readonly #options: FollowOptions;
  #tally = new LedgerTally();
  #sinceMs = Infinity;
  #visibleEnds: ReadonlyMap<number, bigint> | undefined;
  #aheadDays: number;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#aheadDays = options.futureDaysMax;
  }

  get tally(): LedgerTally {
    return this.#tally;
  }

  /** Reads what is new of these Kafka partitions; at first, and when `fromMs` asks for it, older entries too: all that have rows from then on. */
  async catchUp(partitions: Iterable<number>, nowMs: number, fromMs = Infinity): Promise<void> {
    const all = [...partitions];
    this.#visibleEnds = await this.#options.visibleEnds?.();
    const neededMs = Math.min(fromMs, nowMs - daysAtHand * msPerDay) - this.#marginDays * msPerDay;
    if (neededMs < this.#sinceMs) await this.#read(all, neededMs);
    this.#tally.resume();
    for (const partition of all) await this.#follow(partition);
    await this.#reachBack(all, nowMs);
  }

  /** How many days before an hour its rows may have been claimed. */
  get aheadDays(): number {
    return this.#aheadDays;
  }

  /** Counts rows that were claimed as long before their hour as another process does, which may have other settings; from the next `catchUp` on. */
  lookAhead(days: number): void {
    this.#aheadDays = Math.max(this.#aheadDays, days);
  }

  /** True when every entry that can have rows of the hour is among what was read, up to where the ledger was read. */
  holdsWhole(hour: string): boolean {
    return this.#firstMs(hour) >= this.#sinceMs;
  }

  /** How often entries were replaced that can have rows of the hour, claimed up to so many days before it. */
  replacements(hour: string, aheadDays = this.#aheadDays): number {
    return this.#tally.replacements(this.#firstMs(hour, aheadDays));
  }

  /** Reads everything again that was read: the entries as they count now. */
  async reread(partitions: Iterable<number>): Promise<void> {
    if (this.#sinceMs !== Infinity) await this.#read([...partitions], this.#sinceMs);
  }

  /** Lets go of hours before this time. A row that comes for one of them later lets the ledger be read again. */
  forget(beforeMs: number): void {
    const claimedMs = beforeMs - this.#marginDays * msPerDay;
    this.#tally.forget(beforeMs, claimedMs);
    this.#sinceMs = Math.max(this.#sinceMs, claimedMs);
  }

  /** Before this time no row of the hour was claimed. */
  #firstMs(hour: string, aheadDays = this.#aheadDays): number {
    return hourStartMs(hour) - (aheadDays + 1) * msPerDay;
  }

  get #marginDays(): number {
    return this.#aheadDays + 1;
  }

  /** Reads further back until the oldest hour's first entry is certainly among what was read. */
  async #reachBack(partitions: readonly number[], nowMs: number): Promise<void> {
    for (;;) {
      const neededMs = this.#tally.oldestHourMs() - this.#marginDays * msPerDay;
      if (neededMs >= this.#sinceMs) return;
      // twice as far at least, so that ever older hours do not mean reading for each of them
      await this.#read(partitions, Math.min(neededMs, nowMs - 2 * (nowMs - this.#sinceMs)));
    }
  }

  async #read(partitions: readonly number[], sinceMs: number): Promise<void> {
    const tally = new LedgerTally();
    for (const partition of partitions) {
      const path = { ...this.#options, partition };
      const options = { ...this.#options, sinceMs: Math.max(0, sinceMs), onUnreadable: rethrow };
      for await (const entry of readChain(path, options)) if (!this.#isVisible(entry) || !tally.add(entry)) break;
      await this.#begin(tally, partition);
    }
    this.#tally = tally;
    this.#sinceMs = sinceMs;
  }

  async #begin(tally: LedgerTally, partition: number): Promise<void> {
    if (tally.reaches.has(partition)) return;
    const path = { ...this.#options, partition };
    const start = (await this.#options.ledger.start(path))?.from ?? (await firstOffset(this.#options.store, path));
    if (start !== undefined) tally.begin(partition, start);
  }

  #isVisible({ partition, to }: LedgerEntry): boolean {
    return this.#visibleEnds === undefined || to <= (this.#visibleEnds.get(partition) ?? 0n);
  }

  async #follow(partition: number): Promise<void> {
    const path = { ...this.#options, partition };
    await this.#begin(this.#tally, partition);
    for (;;) {
      const position = this.#tally.reaches.get(partition)?.position;
      const found = position === undefined ? undefined : await this.#options.ledger.find(path, position);
      if (found === undefined || !this.#isVisible(found.entry) || !this.#tally.add(found.entry)) return;
    }
  }
}

function rethrow(_key: string, error: unknown): never {
  throw error;
}
