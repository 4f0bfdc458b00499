import { PipelineError } from '../../runtime/errors.ts';
import {
  entryKey,
  parseEntry,
  partitionPrefix,
  serializeEntry,
  topicPrefix,
  type LedgerEntry,
  type LedgerPath,
} from './ledger-entry.ts';
import type { ObjectStore } from '../ports/lake.ts';

/** An entry with the version its next change must expect. */
export interface Versioned<Entry extends LedgerEntry = LedgerEntry> {
  readonly entry: Entry;
  readonly version: string;
}

export type ClaimResult<Entry extends LedgerEntry> =
  | { readonly kind: 'ours'; readonly claim: Versioned<Entry> }
  /** Another process was first; its entry is what counts. */
  | { readonly kind: 'theirs'; readonly found: Versioned };

/** Entries of one table in an object store. All rejections are STORE_*, LEDGER_CORRUPT or LEDGER_CONTENDED. */
export class Ledger {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async get(path: LedgerPath, from: bigint): Promise<Versioned | undefined> {
    const key = entryKey(path, from);
    const stored = await this.#store.get(key);
    return stored && { entry: parseEntry(key, stored.bytes), version: stored.version };
  }

  /** Creates the entry if its offset is free. A refusal may be our own first try, whose answer was lost: the writer id tells. */
  async claim<Entry extends LedgerEntry>(entry: Entry): Promise<ClaimResult<Entry>> {
    const result = await this.#store.put(keyOf(entry), serializeEntry(entry), { ifAbsent: true });
    if (result.kind === 'stored') return { kind: 'ours', claim: { entry, version: result.version } };
    const found = await this.get(entry, BigInt(entry.from));
    if (found === undefined) throw contended(entry, 'was refused as taken, and is not there');
    const ours = found.entry.writer === entry.writer && found.entry.state === entry.state;
    return ours ? { kind: 'ours', claim: { entry, version: found.version } } : { kind: 'theirs', found };
  }

  /**
   * Puts `next` in the place of `current`, if nobody changed it since. Answers with the entry that stands there now:
   * `next`, or what another process made of it.
   */
  async replace<Entry extends LedgerEntry>(current: Versioned, next: Entry): Promise<ClaimResult<Entry>> {
    const bytes = serializeEntry(next);
    const result = await this.#store.put(keyOf(next), bytes, { ifVersion: current.version });
    if (result.kind === 'stored') return { kind: 'ours', claim: { entry: next, version: result.version } };
    const stored = await this.#store.get(keyOf(next));
    if (stored === undefined) throw contended(next, 'vanished while it was being changed');
    if (Buffer.compare(stored.bytes, bytes) === 0) {
      return { kind: 'ours', claim: { entry: next, version: stored.version } };
    }
    return { kind: 'theirs', found: { entry: parseEntry(keyOf(next), stored.bytes), version: stored.version } };
  }

  /**
   * The last entry of the partition's chain, `undefined` for an empty one.
   * With the offset of any entry as `hint` it takes one request per entry after it; without, a binary search by listing.
   */
  async last(path: LedgerPath, hint: bigint | undefined): Promise<Versioned | undefined> {
    const start = (hint === undefined ? undefined : await this.get(path, hint)) ?? (await this.#lastByListing(path));
    if (start === undefined) return undefined;
    let last = start;
    for (;;) {
      const next = await this.get(path, BigInt(last.entry.to));
      if (next === undefined) return last;
      last = next;
    }
  }

  /** All entries of the partition, by offset. */
  async *entries(path: LedgerPath, startAt = 0n): AsyncIterable<Versioned> {
    const options = startAt === 0n ? {} : { startAfter: entryKey(path, startAt - 1n) };
    for await (const { key } of this.#store.list(partitionPrefix(path), options)) {
      const stored = await this.#store.get(key);
      if (stored !== undefined) yield { entry: parseEntry(key, stored.bytes), version: stored.version };
    }
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
      found.push(Number(folder));
      // past every key of this folder: their next character is a digit
      startAfter = `${prefix}${folder}/a`;
    }
  }

  async #lastByListing(path: LedgerPath): Promise<Versioned | undefined> {
    let low = await this.#firstAfter(path, undefined);
    if (low === undefined) return undefined;
    let high = 2n ** 63n;
    while (high - low > 1n) {
      const middle: bigint = (low + high) / 2n;
      const found: bigint | undefined = await this.#firstAfter(path, middle - 1n);
      if (found === undefined) high = middle;
      else low = found;
    }
    return this.get(path, low);
  }

  async #firstAfter(path: LedgerPath, offset: bigint | undefined): Promise<bigint | undefined> {
    const prefix = partitionPrefix(path);
    const options = offset === undefined ? { limit: 1 } : { startAfter: entryKey(path, offset), limit: 1 };
    const [first] = await Array.fromAsync(this.#store.list(prefix, options));
    return first && BigInt(first.key.slice(prefix.length, -'.json'.length));
  }
}

function keyOf(entry: LedgerEntry): string {
  return entryKey(entry, BigInt(entry.from));
}

function contended(entry: LedgerEntry, what: string): PipelineError {
  return new PipelineError('LEDGER_CONTENDED', {
    message: `the ledger entry ${keyOf(entry)} ${what}`,
    retryable: true,
    details: { key: keyOf(entry) },
  });
}
