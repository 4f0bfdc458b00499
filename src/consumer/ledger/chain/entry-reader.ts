import { mapAhead, readsAtOnce } from '../../../runtime/concurrency.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import { isClosed } from '../entry/closing.ts';
import { isUnreadable } from '../entry/entry-format.ts';
import type { EntryStore, Versioned } from './entry-store.ts';
import { indexOf, offsetsIn } from './ledger-index.ts';
import { entryKey, offsetsEnd, revisionKey, revisionPrefix, type LedgerPath } from '../keys/ledger-keys.ts';
import { readSegment, type SegmentRange } from './segments.ts';

export interface EntryRange {
  readonly from: bigint;
  readonly to: bigint;
  /** Called for an entry that can't be read, which is then left out; when not given, the iteration rejects. */
  readonly onUnreadable?: (key: string, error: unknown) => void;
}

const everything: EntryRange = { from: 0n, to: offsetsEnd };

/** Reads many entries of one partition: old ones by segments, newer ones one by one, some ahead. */
export class EntryReader {
  readonly #store: ObjectStore;
  readonly #entries: EntryStore;
  readonly #path: LedgerPath;
  readonly #range: EntryRange;

  constructor(
    { store, entries }: { readonly store: ObjectStore; readonly entries: EntryStore },
    path: LedgerPath,
    range = everything,
  ) {
    this.#store = store;
    this.#entries = entries;
    this.#path = path;
    this.#range = range;
  }

  /** The entries that meet the range, by offset, each as it counts now. */
  async *read(): AsyncIterable<Versioned> {
    const [store, path, range] = [this.#store, this.#path, this.#range];
    const { segments, live } = await indexOf(store, path);
    const wantedSegments = segments.filter(({ from, to }) => from < range.to && to > range.from);
    const firstLive = Math.max(
      0,
      live.findLastIndex((offset) => offset <= range.from),
    );
    // the first entry may begin before the range
    const first = wantedSegments[0]?.from ?? live[firstLive] ?? range.from;
    const revised = new Set(await offsetsIn(store, revisionPrefix(path), { from: first }));
    for (const segment of wantedSegments)
      for (const entry of await this.#readable(segment, () => readSegment(store, path, segment)))
        if (entry.to > range.from && entry.from < range.to)
          yield* this.#current({ entry, version: '', at: 'segment' }, revised);
    const wanted = live.slice(firstLive).filter((offset) => offset < range.to);
    const read = mapAhead(wanted, readsAtOnce, async (from) =>
      this.#readable(entryKey(path, from), async () => [await this.#entries.base(path, from)]),
    );
    for await (const found of read)
      for (const base of found)
        if (base !== undefined && base.entry.to > range.from) yield* this.#current(base, revised);
  }

  /** The revision where there is one, the base entry otherwise. */
  async *#current(base: Versioned, revised: ReadonlySet<bigint>): AsyncIterable<Versioned> {
    const { from } = base.entry;
    if (!revised.has(from)) return yield base;
    const read = async () => [await this.#entries.revision(this.#path, from)];
    for (const found of await this.#readable(revisionKey(this.#path, from), read)) yield found ?? base;
  }

  async #readable<T>(what: string | SegmentRange, read: () => Promise<T[]>): Promise<T[]> {
    const { onUnreadable } = this.#range;
    try {
      return await read();
    } catch (error) {
      // the chain ends here for good
      if (isClosed(error)) return [];
      if (onUnreadable === undefined || !isUnreadable(error)) throw error;
      onUnreadable(typeof what === 'string' ? what : String(error.details['key']), error);
      return [];
    }
  }
}
