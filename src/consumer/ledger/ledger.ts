import { isDeepStrictEqual } from 'node:util';
import { mapAhead } from '../../runtime/concurrency.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { ObjectStore } from '../ports/lake.ts';
import { noteStart, readStart, type ChainStart } from './chain-start.ts';
import { settleTopicStart, type TopicStart } from './topic-start.ts';
import { indexOf, listUnknownKeys, offsetsIn } from './ledger-index.ts';
import { parseEntry, serializeEntry } from './entry-format.ts';
import type { ClaimedEntry, GapEntry, LedgerEntry } from './ledger-entry.ts';
import { entryKey, partitionPrefix, revisionKey, revisionPrefix, topicPrefix, type LedgerPath } from './ledger-keys.ts';
import { hasOrphans } from './orphaned-objects.ts';
import { readSegment, rollUp, type SegmentRange } from './segments.ts';

/** An entry, where it stands, and the version that its next change must expect. */
export interface Versioned<Entry extends LedgerEntry = LedgerEntry> {
  readonly entry: Entry;
  readonly version: string;
  /** `segment`: a copy of the base entry. */
  readonly at: 'base' | 'revision' | 'segment';
}

export type ClaimResult<Entry extends LedgerEntry> =
  | { readonly kind: 'ours'; readonly claim: Versioned<Entry> }
  /** Another process was first; its entry is what counts. */
  | { readonly kind: 'theirs'; readonly found: Versioned };

export interface EntryRange {
  readonly from: bigint;
  readonly to: bigint;
  /** Called for an entry that can't be read, which is then left out; when not given, the iteration rejects. */
  readonly onUnreadable?: (key: string, error: unknown) => void;
}

const everything: EntryRange = { from: 0n, to: 2n ** 63n };
const requestsMax = 16;
const commitsBetweenLooks = 250;

/**
 * Entries of one table in an object store. All rejections are STORE_*, LEDGER_CORRUPT, LEDGER_NEWER or LEDGER_CONTENDED.
 *
 * A base entry (`<from>.json`) is created by a claim, changes until it is committed, and never again; it is never deleted. What becomes of a
 * committed range later stands in its revision (`revisions/<from>.json`), and where there is one, it is the entry.
 */
export class Ledger {
  readonly #store: ObjectStore;
  /** Whether the table has objects of a topic without a ledger, by the ledger's prefix of the topic. */
  readonly #orphaned = new Map<string, Promise<boolean>>();
  /** Commits of this process, by the ledger's prefix of the partition. */
  readonly #commits = new Map<string, number>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** The entry that begins at `from`. */
  async get(path: LedgerPath, from: bigint): Promise<Versioned | undefined> {
    const [revision, base] = await Promise.all([this.#revision(path, from), this.#base(path, from)]);
    return revision ?? base;
  }

  /** Creates the entry if its offset is free. A refusal may be our own first try, whose answer was lost: the writer id tells. */
  async claim<Entry extends ClaimedEntry | GapEntry>(entry: Entry): Promise<ClaimResult<Entry>> {
    const result = await this.#store.put(entryKey(entry, entry.from), serializeEntry(entry), { ifAbsent: true });
    if (result.kind === 'stored') return { kind: 'ours', claim: { entry, version: result.version, at: 'base' } };
    const found = await this.get(entry, entry.from);
    if (found === undefined) throw contended(entry, 'was refused as taken, and is not there');
    const ours = found.entry.writer === entry.writer && found.entry.state === entry.state;
    return ours ? { kind: 'ours', claim: { ...found, entry } } : { kind: 'theirs', found };
  }

  /**
   * Puts `next` in the place of `current`, if nobody changed it since. Answers with the entry that counts now: `next`, or what
   * another process made of it.
   */
  async replace<Entry extends LedgerEntry>(current: Versioned, next: Entry): Promise<ClaimResult<Entry>> {
    const at = current.entry.state === 'claimed' ? 'base' : 'revision';
    if (at === 'revision' && current.at !== 'revision' && isOfFormat1(current.entry)) {
      const changed = await this.#fence(current.entry);
      if (changed !== undefined) return { kind: 'theirs', found: changed };
    }
    const key = at === 'base' ? entryKey(next, next.from) : revisionKey(next, next.from);
    const bytes = serializeEntry(next);
    const condition = current.at === at ? { ifVersion: current.version } : { ifAbsent: true as const };
    const result = await this.#store.put(key, bytes, condition);
    if (result.kind === 'stored') return { kind: 'ours', claim: { entry: next, version: result.version, at } };
    const stored = await this.#store.get(key);
    if (stored === undefined) throw contended(next, 'vanished while it was being changed');
    if (Buffer.compare(stored.bytes, bytes) === 0) {
      return { kind: 'ours', claim: { entry: next, version: stored.version, at } };
    }
    const found = await this.get(next, next.from);
    if (found === undefined) throw contended(next, 'vanished while it was being changed');
    return { kind: 'theirs', found };
  }

  /**
   * Writes the base entry again in our format, before its first revision: a process of the version before changes base entries, and would not
   * see that there is a revision. Answers with the entry when it is no longer `expected`.
   */
  async #fence(expected: LedgerEntry): Promise<Versioned | undefined> {
    const base = await this.#base(expected, expected.from);
    if (base === undefined) throw contended(expected, 'vanished while it was being changed');
    if (!isDeepStrictEqual(base.entry, expected)) return base;
    const key = entryKey(expected, expected.from);
    const bytes = serializeEntry(expected);
    const result = await this.#store.put(key, bytes, { ifVersion: base.version });
    if (result.kind === 'stored') return undefined;
    const now = await this.#store.get(key);
    // a lost answer of ours, or another process of our version that did the same
    if (now !== undefined && Buffer.compare(now.bytes, bytes) === 0) return undefined;
    return this.#base(expected, expected.from);
  }

  /**
   * The last base entry of the partition's chain, `undefined` for an empty one. With the offset of any entry as `hint` it takes one
   * request per entry after it; without, two listings and two reads, however long the ledger is.
   */
  async last(path: LedgerPath, hint: bigint | undefined): Promise<Versioned | undefined> {
    const hinted = hint === undefined ? undefined : await this.#base(path, hint);
    let last = hinted ?? (await this.#lastByListing(path));
    while (last !== undefined) {
      const next = await this.#base(path, last.entry.to);
      if (next === undefined) return last;
      last = next;
    }
    return undefined;
  }

  /** The last entry before `before` whose batch had a record; `undefined` when the newest entries had none. */
  async lastWithRecord(path: LedgerPath, before: bigint): Promise<LedgerEntry | undefined> {
    const { segments, live } = await indexOf(this.#store, path);
    for (const from of live.filter((offset) => offset < before).toReversed()) {
      const found = await this.#base(path, from);
      if (found !== undefined && hasRecord(found.entry)) return found.entry;
    }
    const newest = segments.at(-1);
    return newest && (await readSegment(this.#store, path, newest)).findLast(hasRecord);
  }

  /** The entries that meet `[from, to)`, by offset, each as it counts now. */
  async *entries(path: LedgerPath, range: EntryRange = everything): AsyncIterable<Versioned> {
    const { segments, live } = await indexOf(this.#store, path);
    const wantedSegments = segments.filter(({ from, to }) => from < range.to && to > range.from);
    const firstLive = Math.max(
      0,
      live.findLastIndex((offset) => offset <= range.from),
    );
    // the first entry may begin before the range
    const first = wantedSegments[0]?.from ?? live[firstLive] ?? range.from;
    const revisions = new Set(await offsetsIn(this.#store, revisionPrefix(path), { from: first }));
    for (const segment of wantedSegments) {
      for (const entry of await this.#readable(range, segment, () => readSegment(this.#store, path, segment)))
        if (entry.to > range.from && entry.from < range.to)
          yield* this.#current(path, { entry, version: '', at: 'segment' }, revisions, range);
    }
    const wanted = live.slice(firstLive).filter((offset) => offset < range.to);
    const read = mapAhead(wanted, requestsMax, async (from) =>
      this.#readable(range, entryKey(path, from), async () => [await this.#base(path, from)]),
    );
    for await (const found of read)
      for (const base of found)
        if (base !== undefined && base.entry.to > range.from) yield* this.#current(path, base, revisions, range);
  }

  /** Keys in the ledger's folder of this partition that are no entry, revision or segment. */
  async unknownKeys(path: LedgerPath): Promise<string[]> {
    return listUnknownKeys(this.#store, path);
  }

  /** The Kafka partitions of which the ledger holds anything, ascending. */
  async partitions(topic: Omit<LedgerPath, 'partition'>): Promise<number[]> {
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

  /** Where the topic is begun: as was decided once, else as `decide` says. */
  async topicStart(topic: Omit<LedgerPath, 'partition'>, decide: () => Promise<TopicStart | undefined>) {
    return settleTopicStart(this.#store, topic, decide);
  }

  /** True when the table has objects of the topic and the ledger knows nothing of it: somebody removed or restored the ledger. */
  async isMissing({ table, topic }: Omit<LedgerPath, 'partition'>): Promise<boolean> {
    const prefix = topicPrefix({ table, topic });
    const known = this.#orphaned.get(prefix) ?? hasOrphans(this.#store, { table, topic });
    this.#orphaned.set(prefix, known);
    return known;
  }

  async #base(path: LedgerPath, from: bigint): Promise<Versioned | undefined> {
    return this.#read(path, entryKey(path, from), { from, at: 'base' });
  }

  async #revision(path: LedgerPath, from: bigint): Promise<Versioned | undefined> {
    return this.#read(path, revisionKey(path, from), { from, at: 'revision' });
  }

  async #read(
    { table, topic, partition }: LedgerPath,
    key: string,
    { from, at }: { readonly from: bigint; readonly at: Versioned['at'] },
  ): Promise<Versioned | undefined> {
    const stored = await this.#store.get(key);
    if (stored === undefined) return undefined;
    return { entry: parseEntry(key, stored.bytes, { table, topic, partition, from }), version: stored.version, at };
  }

  /** The revision where there is one, the base entry otherwise. */
  async *#current(
    path: LedgerPath,
    base: Versioned,
    revisions: ReadonlySet<bigint>,
    range: EntryRange,
  ): AsyncIterable<Versioned> {
    const { from } = base.entry;
    if (!revisions.has(from)) return yield base;
    const read = async () => [await this.#revision(path, from)];
    for (const found of await this.#readable(range, revisionKey(path, from), read)) yield found ?? base;
  }

  async #readable<T>(
    { onUnreadable }: EntryRange,
    what: string | SegmentRange,
    read: () => Promise<T[]>,
  ): Promise<T[]> {
    try {
      return await read();
    } catch (error) {
      if (onUnreadable === undefined || !isUnreadable(error)) throw error;
      onUnreadable(typeof what === 'string' ? what : String(error.details['key']), error);
      return [];
    }
  }

  async #lastByListing(path: LedgerPath): Promise<Versioned | undefined> {
    const { segments, live } = await indexOf(this.#store, path);
    const from = live.at(-1);
    if (from !== undefined) return this.#base(path, from);
    const newest = segments.at(-1);
    const last = newest && (await readSegment(this.#store, path, newest)).at(-1);
    return last && { entry: last, version: '', at: 'segment' };
  }
}

/** Entries of format 1 have no recipe: no decoder has the version 0. */
function isOfFormat1(entry: LedgerEntry): boolean {
  return entry.state !== 'gap' && entry.recipe.decoder === 0;
}

function hasRecord(entry: LedgerEntry): boolean {
  return 'outcome' in entry && entry.outcome.lastRecord !== undefined;
}

function isUnreadable(error: unknown): error is PipelineError {
  return error instanceof PipelineError && (error.code === 'LEDGER_CORRUPT' || error.code === 'LEDGER_NEWER');
}

function contended(entry: LedgerEntry, what: string): PipelineError {
  const key = entryKey(entry, entry.from);
  return new PipelineError('LEDGER_CONTENDED', {
    message: `the ledger entry ${key} ${what}`,
    retryable: true,
    details: { key },
  });
}
