import { isDeepStrictEqual } from 'node:util';
import { PipelineError } from '../../../runtime/errors.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import { parseEntry, serializeEntry } from '../entry/entry-format.ts';
import { isOfFormat1 } from '../keys/format-1.ts';
import type { LedgerEntry } from '../entry/ledger-entry.ts';
import { entryKey, revisionKey, type LedgerPath } from '../keys/ledger-keys.ts';

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

/** Single entries of the ledger: each is read by its offset, and changed by compare-and-swap. */
export class EntryStore {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** The entry that begins at `from`. */
  async get(path: LedgerPath, from: bigint): Promise<Versioned | undefined> {
    const [revision, base] = await Promise.all([this.revision(path, from), this.base(path, from)]);
    return revision ?? base;
  }

  /** The base entry that begins at `from`, whatever became of its range. */
  async base(path: LedgerPath, from: bigint): Promise<Versioned | undefined> {
    return this.#read(path, entryKey(path, from), { from, at: 'base' });
  }

  /** What became of the range that begins at `from` since it was committed. */
  async revision(path: LedgerPath, from: bigint): Promise<Versioned | undefined> {
    return this.#read(path, revisionKey(path, from), { from, at: 'revision' });
  }

  /** Creates the entry if its offset is free. A refusal may be our own first try, whose answer was lost: the writer id tells. */
  async claim<Entry extends LedgerEntry>(entry: Entry): Promise<ClaimResult<Entry>> {
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
    const { state } = current.entry;
    if (at === 'revision' && current.at !== 'revision' && state !== 'gap' && isOfFormat1(current.entry)) {
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
    const base = await this.base(expected, expected.from);
    if (base === undefined) throw contended(expected, 'vanished while it was being changed');
    if (!isDeepStrictEqual(base.entry, expected)) return base;
    const key = entryKey(expected, expected.from);
    const bytes = serializeEntry(expected);
    const result = await this.#store.put(key, bytes, { ifVersion: base.version });
    if (result.kind === 'stored') return undefined;
    const now = await this.#store.get(key);
    // a lost answer of ours, or another process of our version that did the same
    if (now !== undefined && Buffer.compare(now.bytes, bytes) === 0) return undefined;
    return this.base(expected, expected.from);
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
}

function contended(entry: LedgerEntry, what: string): PipelineError {
  const key = entryKey(entry, entry.from);
  return new PipelineError('LEDGER_CONTENDED', {
    message: `the ledger entry ${key} ${what}`,
    retryable: true,
    details: { key },
  });
}
