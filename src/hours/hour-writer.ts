import type { TopicPath } from '../consumer/ledger/keys/ledger-keys.ts';
import { newDelivery, type Channel, type Delivery } from '../outbox/delivery.ts';
import type { Clock } from '../runtime/clock.ts';
import { msPerDay } from '../runtime/duration.ts';
import type { LedgerFollower } from './follow-ledger.ts';
import { lastChange, type HourChange, type HourDocument, type HourStore, type StoredHour } from './hour-document.ts';
import type { HoursTable } from './hours-table.ts';

export interface HourObserver {
  changed?(hour: string, change: HourChange): void;
}

export interface HourWriterOptions extends TopicPath {
  readonly hoursTable: HoursTable;
  readonly clock: Clock;
  /** Where to tell that an hour is complete or reopened. */
  readonly channels: readonly Channel[];
  /** Unique to this process. */
  readonly writer: string;
  readonly observer: HourObserver;
}

/** A change of an hour that its rows and the watermark ask for. */
export interface DueChange {
  readonly hour: string;
  readonly before: StoredHour | undefined;
  readonly change: HourChange;
  readonly content: number;
}

interface HourSources {
  readonly hours: HourStore;
  readonly follower: LedgerFollower;
}

/** Writes changes of hours: into their documents by compare-and-swap, with the messages that they owe, and into the table of hours. */
export class HourWriter {
  readonly #hours: HourStore;
  readonly #follower: LedgerFollower;
  readonly #options: HourWriterOptions;

  constructor({ hours, follower }: HourSources, options: HourWriterOptions) {
    this.#hours = hours;
    this.#follower = follower;
    this.#options = options;
  }

  /** Gives the document as it counts now: with the change, or as another process has changed it first. */
  async put({ hour, before, change, content }: DueChange): Promise<StoredHour | undefined> {
    const changed = await this.#hours.put(hour, this.#with(change, { hour, content }, before?.value), before);
    // who was first has seen the same, and the next look goes on from there
    if (changed === undefined) return this.#hours.get(hour);
    this.#options.observer.changed?.(hour, change);
    return changed;
  }

  /**
   * Writes the changes that the table does not have yet, and notes that it has them, and whom to tell what another process has changed. `again`: all of them,
   * should objects be gone.
   */
  async enterTable(stored: StoredHour, { again = false } = {}): Promise<StoredHour> {
    const { value } = stored;
    const missing = value.changes.filter(({ revision }) => revision > value.tabled);
    for (const change of again ? value.changes : missing) await this.#options.hoursTable.add(value.hour, change);
    const owed = this.#owedOf(value);
    if (missing.length === 0 && owed.length === 0) return stored;
    const tabled = lastChange(value).revision;
    const deliveries = [...value.deliveries, ...owed];
    const next = { ...value, tabled, deliveries, writer: this.#options.writer };
    const noted = await this.#hours.put(stored.id, next, stored);
    return noted ?? (await this.#hours.get(stored.id)) ?? stored;
  }

  #with(change: HourChange, of: Pick<DueChange, 'hour' | 'content'>, before: HourDocument | undefined): HourDocument {
    const { writer } = this.#options;
    const reaches = [...this.#follower.tally.reaches];
    const next = {
      format: 1 as const,
      ...of,
      writer,
      changes: [...(before?.changes ?? []), change],
      tabled: before?.tabled ?? 0,
      evaluated: before?.evaluated ?? 0,
      evaluatedFor: before?.evaluatedFor,
      counted: Object.fromEntries(reaches.map(([partition, { position }]) => [partition, position.toString()])),
      replacements: this.#follower.replacements(of.hour),
      aheadDays: this.#follower.aheadDays,
      deliveries: before?.deliveries ?? [],
    };
    return { ...next, deliveries: [...next.deliveries, ...this.#owedOf(next)] };
  }

  /** Messages of the last day that nobody has noted: whoever made the change may have had other channels. */
  #owedOf({ hour, changes, deliveries }: HourDocument): Delivery[] {
    const { channels, table, clock } = this.#options;
    const sinceMs = clock.nowMs() - msPerDay;
    const told = changes.filter(({ state, at }) => state !== 'filling' && Date.parse(at) >= sinceMs);
    return told
      .flatMap(({ revision }) => channels.map((channel) => newDelivery(`${table}/${hour}/${revision}`, channel)))
      .filter(({ key, channel }) => !deliveries.some((each) => each.key === key && each.channel === channel));
  }
}
