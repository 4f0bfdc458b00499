import type { Ledger } from '../consumer/ledger/ledger.ts';
import type { ObjectStore } from '../consumer/ports/lake.ts';
import type { TopicReader } from '../consumer/ports/topic.ts';
import { msPerDay } from '../runtime/duration.ts';
import { daysAtHand, LedgerFollower, type FollowOptions } from './follow-ledger.ts';
import {
  clockKey,
  lastChange,
  openHourStore,
  type HourDocument,
  type HourStore,
  type StoredHour,
} from './hour-document.ts';
import { hourAt, hourStartMs } from './hour-state.ts';
import { HourWriter, type DueChange, type HourWriterOptions } from './hour-writer.ts';
import { nextChange, noRows, type HourCount } from './next-change.ts';
import { storeMs } from './store-clock.ts';
import { watermarkMs } from './watermark.ts';

export interface HourKeeperOptions extends HourWriterOptions {
  readonly store: ObjectStore;
  readonly ledger: Ledger;
  readonly reader: Pick<TopicReader, 'describe'>;
  readonly visibleEnds?: NonNullable<FollowOptions['visibleEnds']>;
  /** Says that queries see an hour as the ledger has it: none is complete before. Left out: they always do. */
  readonly isVisible?: (hour: string) => Promise<boolean>;
  readonly latenessMs: number;
  readonly idleMs: number;
  readonly futureDaysMax: number;
  readonly pastDaysMax: number;
  /** Says that something else must still look at the hour: it is at hand until then. */
  readonly isAwaited?: (document: HourDocument) => boolean;
}

const rereadEveryMs = 3_600_000;

/** What one look at the hours goes by. */
interface Look {
  readonly documents: Map<string, StoredHour>;
  /** The documents were listed from this hour on. */
  readonly from: string;
  /** The watermark, since the epoch. */
  readonly reachedMs: number;
}

/**
 * Settles the hours of a table: finds out by the ledger and the broker how far all Kafka partitions are, and changes the states of hours. Any number
 * of processes may do it at the same time, and any of them may die at any moment.
 */
export class HourKeeper {
  readonly #options: HourKeeperOptions;
  readonly #hours: HourStore;
  readonly #follower: LedgerFollower;
  readonly #writer: HourWriter;
  /** Documents are listed from this hour on; at first from where a row may still go to. */
  #from: string | undefined;
  #rereadMs: number;

  constructor(options: HourKeeperOptions) {
    this.#options = options;
    this.#hours = openHourStore(options.store, options);
    this.#follower = new LedgerFollower(options);
    this.#writer = new HourWriter({ hours: this.#hours, follower: this.#follower }, options);
    this.#rereadMs = options.clock.monotonicMs();
  }

  get hours(): HourStore {
    return this.#hours;
  }

  /**
   * Settles the hours once; answers with those that were looked at, by hour. `since`, an hour: all from it on are counted again, as after a replay of
   * what is old, and put into the table again. Rejects with STORE_*, LEDGER_*, CATALOG_* and Kafka's failures.
   */
  async settle(since?: string): Promise<StoredHour[]> {
    const { clock, reader, idleMs } = this.#options;
    const [observedMs, startMs] = [clock.nowMs(), clock.monotonicMs()];
    const { partitions: ends } = await reader.describe();
    const from = this.#firstListed(since, observedMs);
    const documents = await this.#documents(from);
    await this.#catchUp(ends.keys(), documents, { nowMs: observedMs, since });
    const look = (atMs = observedMs): Look => ({
      documents,
      from,
      reachedMs: watermarkMs({ reaches: this.#follower.tally.reaches, ends, observedMs: atMs, idleMs }),
    });
    if (await this.#isOvertaken(look())) {
      await this.#reread(ends.keys(), documents);
      await this.#catchUp(ends.keys(), documents, { nowMs: observedMs, since });
    }
    const mayComplete = await this.#completesAny(look());
    await this.#changeAll(look(mayComplete ? await this.#confirm(observedMs, startMs) : observedMs), mayComplete);
    const settled: StoredHour[] = [];
    for (const [, document] of [...documents].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      settled.push(await this.#writer.enterTable(document, { again: since !== undefined && document.id >= since }));
    this.#forget(this.#oldestOpen(settled), observedMs);
    return settled;
  }

  /** Documents are listed from this hour on: when everything is read again all that may still change, as others may have left something to do. */
  #firstListed(since: string | undefined, nowMs: number): string {
    const all = hourAt(nowMs - (this.#options.pastDaysMax + 2) * msPerDay);
    const listed = this.#isRereadDue() ? all : (this.#from ?? all);
    return since !== undefined && since < listed ? since : listed;
  }

  #isRereadDue(): boolean {
    return this.#options.clock.monotonicMs() - this.#rereadMs >= rereadEveryMs;
  }

  /** What is finished and old is looked at again only when a row comes for it. */
  #forget(open: string | undefined, nowMs: number): void {
    const fromMs = Math.min(nowMs - daysAtHand * msPerDay, open === undefined ? Infinity : hourStartMs(open));
    this.#from = hourAt(fromMs);
    this.#follower.forget(hourStartMs(this.#from));
  }

  async #documents(from: string): Promise<Map<string, StoredHour>> {
    const listed = this.#hours.list(from);
    return new Map(await Array.fromAsync(listed, (stored) => [stored.id, stored] as const));
  }

  async #catchUp(
    partitions: Iterable<number>,
    documents: ReadonlyMap<string, StoredHour>,
    { nowMs, since }: { readonly nowMs: number; readonly since: string | undefined },
  ) {
    const all = [...partitions];
    if (this.#isRereadDue()) {
      // a replay may have exchanged what was read
      await this.#reread(all, documents);
    }
    this.#lookAhead(documents);
    const needed = [this.#oldestOpen([...documents.values()]), since].filter((hour) => hour !== undefined);
    await this.#follower.catchUp(all, nowMs, Math.min(...needed.map(hourStartMs)));
  }

  async #reread(partitions: Iterable<number>, documents: ReadonlyMap<string, StoredHour>): Promise<void> {
    this.#lookAhead(documents);
    await this.#follower.reread(partitions);
    this.#rereadMs = this.#options.clock.monotonicMs();
  }

  #lookAhead(documents: ReadonlyMap<string, StoredHour>): void {
    for (const { value } of documents.values()) this.#follower.lookAhead(value.aheadDays ?? 0);
  }

  /** True when an hour would change of which another process has counted what this one has not: entries of earlier days, or a replay. */
  async #isOvertaken(look: Look): Promise<boolean> {
    for await (const { hour, before } of this.#due(look)) {
      const { aheadDays = this.#follower.aheadDays, replacements = 0 } = before?.value ?? {};
      if (aheadDays > this.#follower.aheadDays) return true;
      if (this.#follower.replacements(hour, aheadDays) < replacements) return true;
    }
    return false;
  }

  async #completesAny(look: Look): Promise<boolean> {
    for await (const { change } of this.#due(look)) if (change.state === 'complete') return true;
    return false;
  }

  /** The time of an observation by our clock, or by the store's where that is earlier: a clock that runs ahead ends no hour early. */
  async #confirm(observedMs: number, startMs: number): Promise<number> {
    const { store, clock } = this.#options;
    const confirmedMs = await storeMs(store, clockKey(this.#options));
    return Math.min(observedMs, (confirmedMs ?? Infinity) - (clock.monotonicMs() - startMs));
  }

  /** `mayComplete`: the time that the look goes by was confirmed. */
  async #changeAll(look: Look, mayComplete: boolean): Promise<void> {
    const { documents } = look;
    for await (const due of this.#due(look)) {
      if (due.change.state === 'complete' && !mayComplete) continue;
      const changed = await this.#writer.put(due);
      if (changed !== undefined) documents.set(due.hour, changed);
    }
  }

  /** The changes that are due. */
  async *#due({ documents, from, reachedMs }: Look): AsyncIterable<DueChange> {
    const { latenessMs, clock, isVisible } = this.#options;
    for (const [hour, count] of this.#counts(documents)) {
      const before = documents.get(hour) ?? (hour < from ? await this.#hours.get(hour) : undefined);
      // an old hour that another process has changed is at hand until nothing is owed of it
      if (before !== undefined) documents.set(hour, before);
      if (before !== undefined && this.#knowsLess(before.value)) continue;
      const rules = { watermarkMs: reachedMs, latenessMs, nowMs: clock.nowMs() };
      const change = nextChange(hour, before?.value, count, rules);
      if (change?.state === 'complete' && (await isVisible?.(hour)) === false) continue;
      if (change !== undefined) yield { hour, before, change, content: count.content };
    }
  }

  /** What the ledger says of the hours; of those that were settled and have no rows any more, too. */
  #counts(documents: ReadonlyMap<string, StoredHour>): [string, HourCount][] {
    const { hours } = this.#follower.tally;
    const emptied = [...documents.keys()].filter((hour) => !hours.has(hour) && this.#follower.holdsWhole(hour));
    return [...hours, ...emptied.map((hour): [string, HourCount] => [hour, noRows])];
  }

  /** The oldest hour that is not finished: filling or reopened, or with something that it owes. */
  #oldestOpen(documents: readonly StoredHour[]): string | undefined {
    const { isAwaited = () => false } = this.#options;
    const open = documents.filter(({ value }) => !isFinished(value) || isAwaited(value)).map(({ id }) => id);
    return open.toSorted()[0];
  }

  #knowsLess({ counted }: HourDocument): boolean {
    const { reaches } = this.#follower.tally;
    return Object.entries(counted).some(
      ([partition, position]) => (reaches.get(Number(partition))?.position ?? -1n) < BigInt(position),
    );
  }
}

function isFinished(document: HourDocument): boolean {
  const { revision, state } = lastChange(document);
  const owes = document.deliveries.some((each) => each.state === 'pending');
  return state === 'complete' && document.tabled === revision && !owes;
}
