import { rememberSuccess } from '../../runtime/memo.ts';
import type { ObjectStore } from '../ports/lake.ts';
import { hasStarts, noteStart, readStart, type ChainStart } from './notes/chain-start.ts';
import { closeLedger, isClosedFor, requireOpen, type ClosingTools } from './chain/closed-ledger.ts';
import { unlessClosed, type Closing } from './entry/closing.ts';
import { EntryStore, type ClaimResult, type Versioned } from './chain/entry-store.ts';
import { indexOf, listUnknownKeys, neighboursIn, type Neighbours } from './chain/ledger-index.ts';
import type { LedgerEntry } from './entry/ledger-entry.ts';
import { partitionPrefix, topicPrefix, type LedgerPath, type TopicPath } from './keys/ledger-keys.ts';
import { isLedgerMissing } from './chain/missing-ledger.ts';
import { EntryReader, type EntryRange } from './chain/entry-reader.ts';
import { readSegment, rollUp } from './chain/segments.ts';
import { decideTopicStart, type TopicStart } from './notes/topic-start.ts';

const commitsBetweenLooks = 250;

/**
 * Entries of one table in an object store. All rejections are STORE_*, LEDGER_CORRUPT, LEDGER_NEWER or LEDGER_CONTENDED; for a table that another
 * one has adopted LEDGER_CLOSED, wherever somebody could go on to write.
 *
 * A base entry (`<from>.json`) is created by a claim, changes until it is committed, and never again; it is never deleted. What becomes of a
 * committed range later stands in its revision (`revisions/<from>.json`), and where there is one, it is the entry.
 */
export class Ledger {
  readonly #store: ObjectStore;
  readonly #entries: EntryStore;
  readonly #isMissing: (topic: TopicPath) => Promise<boolean>;
  /** Commits of this process, by the ledger's prefix of the partition. */
  readonly #commits = new Map<string, number>();

  constructor(store: ObjectStore) {
    this.#store = store;
    this.#entries = new EntryStore(store);
    this.#isMissing = rememberSuccess((topic) => isLedgerMissing(store, topic), topicPrefix);
  }

  /** The entry that begins at `from`, as it counts now. */
  get(path: LedgerPath, from: bigint): Promise<Versioned | undefined> {
    return this.#entries.get(path, from);
  }

  /** The same for those who only read: `undefined` also where the ledger is closed. */
  async find(path: LedgerPath, from: bigint): Promise<Versioned | undefined> {
    const found = await unlessClosed(() => this.get(path, from));
    return found === 'closed' ? undefined : found;
  }

  /** Creates the entry if its offset is free: a claim, a gap, or what takes the place of an entry that is gone. */
  claim<Entry extends LedgerEntry>(entry: Entry): Promise<ClaimResult<Entry>> {
    return this.#entries.claim(entry);
  }

  /**
   * Puts `next` in the place of `current`, if nobody changed it since. Answers with the entry that counts now: `next`, or what
   * another process made of it.
   */
  replace<Entry extends LedgerEntry>(current: Versioned, next: Entry): Promise<ClaimResult<Entry>> {
    return this.#entries.replace(current, next);
  }

  /**
   * The last base entry of the partition's chain, `undefined` for an empty one. With the offset of any entry as `hint` it takes one
   * request per entry after it; without, two listings and two reads, however long the ledger is.
   */
  async last(path: LedgerPath, hint: bigint | undefined): Promise<Versioned | undefined> {
    const hinted = hint === undefined ? undefined : await this.#entries.base(path, hint);
    let last = hinted ?? (await this.#lastByListing(path));
    while (last !== undefined) {
      const next = await this.#entries.base(path, last.entry.to);
      if (next === undefined) return last;
      last = next;
    }
    return undefined;
  }

  /** The last entry before `before` whose batch had a record; `undefined` when the newest entries had none. */
  async lastWithRecord(path: LedgerPath, before: bigint): Promise<LedgerEntry | undefined> {
    const { segments, live } = await indexOf(this.#store, path);
    for (const from of live.filter((offset) => offset < before).toReversed()) {
      const found = await unlessClosed(() => this.#entries.base(path, from));
      if (found !== undefined && found !== 'closed' && hasRecord(found.entry)) return found.entry;
    }
    const newest = segments.at(-1);
    return newest && (await readSegment(this.#store, path, newest)).findLast(hasRecord);
  }

  /** The entries that meet `[from, to)`, by offset, each as it counts now. */
  entries(path: LedgerPath, range?: EntryRange): AsyncIterable<Versioned> {
    return new EntryReader({ store: this.#store, entries: this.#entries }, path, range).read();
  }

  /** Where the entries around a range begin, by two listings. */
  async neighbours(path: LedgerPath, range: Pick<EntryRange, 'from' | 'to'>): Promise<Neighbours> {
    return neighboursIn(await indexOf(this.#store, path), range);
  }

  /** Keys in the ledger's folder of this partition that are no entry, revision or segment. */
  async unknownKeys(path: LedgerPath): Promise<string[]> {
    return listUnknownKeys(this.#store, path);
  }

  /** True when a service has begun the topic, though it may have got no record yet: the ledger has entries, or notes where they are to begin. */
  async isBegun(topic: TopicPath): Promise<boolean> {
    return (await this.partitions(topic)).length > 0 || (await hasStarts(this.#store, topic));
  }

  /** The Kafka partitions of which the ledger holds anything, ascending. */
  async partitions(topic: TopicPath): Promise<number[]> {
    const prefix = topicPrefix(topic);
    const found: number[] = [];
    let startAfter = prefix;
    for (;;) {
      const [first] = await Array.fromAsync(this.#store.list(prefix, { startAfter, limit: 1 }));
      if (first === undefined) return found.toSorted((a, b) => a - b);
      const folder = first.key.slice(prefix.length).split('/', 1)[0] ?? '';
      if (/^\d+$/.test(folder)) found.push(Number(folder));
      // past every key of this folder
      startAfter = `${prefix}${folder}/\u{10FFFF}`;
    }
  }

  /**
   * Call it after each commit: now and then it copies old entries into segments, so that the ledger stays quick to read. Answers with how
   * many segments were written.
   */
  async rollUpWhenDue(path: LedgerPath): Promise<number> {
    const prefix = partitionPrefix(path);
    const commits = this.#commits.get(prefix) ?? 0;
    this.#commits.set(prefix, commits + 1);
    return commits % commitsBetweenLooks === 0 ? this.rollUp(path) : 0;
  }

  /** Copies old entries into segments. Answers with how many were written. */
  async rollUp(path: LedgerPath): Promise<number> {
    const { live } = await indexOf(this.#store, path);
    return rollUp(this.#store, path, live);
  }

  /** Notes where the partition's chain begins, before its first claim, so that the audit knows when its head is gone. */
  async noteStart(path: LedgerPath, start: ChainStart): Promise<ChainStart> {
    return noteStart(this.#store, path, start);
  }

  async start(path: LedgerPath): Promise<ChainStart | undefined> {
    return readStart(this.#store, path);
  }

  /** Rejects with LEDGER_CLOSED when nothing more of the topic may be claimed. Call it once the start of a partition is noted. */
  async requireOpen(topic: TopicPath): Promise<void> {
    return requireOpen(this.#store, topic);
  }

  /** Ends the ledger of the topic for good: whoever claims or commits anything from now on is refused with LEDGER_CLOSED. */
  async close(closing: Closing): Promise<void> {
    return closeLedger(closing, this.#closingTools());
  }

  /** Tells whether the ledger of the topic is closed for `successor`. Rejects with LEDGER_CLOSED when it is for another table. */
  async isClosedFor(closing: Pick<Closing, 'table' | 'topic' | 'successor'>): Promise<boolean> {
    return isClosedFor(closing, this.#closingTools());
  }

  #closingTools(): ClosingTools {
    const partitions = (topic: TopicPath) => this.partitions(topic);
    return { store: this.#store, partitions, last: (path) => this.last(path, undefined) };
  }

  /** Where the topic is begun: as was decided once, else as `decide` says. */
  async topicStart(topic: TopicPath, decide: () => Promise<TopicStart | undefined>) {
    return decideTopicStart(this.#store, topic, decide);
  }

  /** The decision where the topic is begun, if somebody has taken it. */
  async decidedStart(topic: TopicPath): Promise<TopicStart | undefined> {
    return this.topicStart(topic, async () => undefined);
  }

  /** True when the table has objects of the topic and the ledger knows nothing of it: somebody removed or restored the ledger. */
  isMissing(topic: TopicPath): Promise<boolean> {
    return this.#isMissing(topic);
  }

  async #lastByListing(path: LedgerPath): Promise<Versioned | undefined> {
    const { segments, live } = await indexOf(this.#store, path);
    const from = live.at(-1);
    if (from !== undefined) return this.#entries.base(path, from);
    const newest = segments.at(-1);
    const last = newest && (await readSegment(this.#store, path, newest)).at(-1);
    return last && { entry: last, version: '', at: 'segment' };
  }
}

function hasRecord(entry: LedgerEntry): boolean {
  return 'outcome' in entry && entry.outcome.lastRecord !== undefined;
}
