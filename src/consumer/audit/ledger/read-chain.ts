import { parseEntry } from '../../ledger/entry/entry-format.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LedgerEntry } from '../../ledger/entry/ledger-entry.ts';
import { offsetsIn } from '../../ledger/chain/ledger-index.ts';
import {
  entryKey,
  offsetOfKey,
  offsetsEnd,
  partitionPrefix,
  revisionPrefix,
  type LedgerPath,
} from '../../ledger/keys/ledger-keys.ts';
import { listSegments, readSegment } from '../../ledger/chain/segments.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import { changedAtMs } from './audit-entry.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';

export interface ChainOptions {
  readonly ledger: Ledger;
  readonly store: ObjectStore;
  /** Left out: all entries. */
  readonly sinceMs: number | undefined;
  /** Called for an entry or segment that can't be read, which is then left out. */
  readonly onUnreadable: (key: string, error: unknown) => void;
}

const leftOut = (): undefined => undefined;

/** The entries of one Kafka partition, in order; with `sinceMs` from the first on that was committed since, found by its segments. */
export async function* readChain(path: LedgerPath, options: ChainOptions): AsyncIterable<LedgerEntry> {
  const { ledger, store, sinceMs, onUnreadable } = options;
  const from = sinceMs === undefined ? 0n : await firstSince(store, path, sinceMs);
  for await (const { entry } of ledger.entries(path, { from, to: offsetsEnd, onUnreadable })) yield entry;
}

/** Older entries that a replay or redrive has changed since. */
export async function* readRevised(
  path: LedgerPath,
  { ledger, store, sinceMs }: ChainOptions,
): AsyncIterable<LedgerEntry> {
  if (sinceMs === undefined) return;
  const from = await firstSince(store, path, sinceMs);
  const prefix = revisionPrefix(path);
  for await (const { key } of store.list(prefix)) {
    const offset = offsetOfKey(prefix, key);
    if (offset === undefined || offset >= from) continue;
    const found = await unlessUnreadable(() => ledger.get(path, offset), leftOut);
    if (found !== undefined && changedAtMs(found.entry) >= sinceMs) yield found.entry;
  }
}

/** The offset at which the chain's first base entry begins, by its key; `undefined` where there is none. */
export async function firstOffset(store: ObjectStore, path: LedgerPath): Promise<bigint | undefined> {
  const prefix = partitionPrefix(path);
  for await (const { key } of store.list(prefix)) {
    const offset = offsetOfKey(prefix, key);
    if (offset !== undefined) return offset;
  }
  return undefined;
}

/** Where the first entry begins that was committed since: looked for behind the segments, then in them from the newest back. */
async function firstSince(store: ObjectStore, path: LedgerPath, sinceMs: number): Promise<bigint> {
  const segments = await listSegments(store, path);
  let from = await firstLiveSince(store, path, { after: segments.at(-1)?.to ?? 0n, sinceMs });
  for (const segment of segments.toReversed()) {
    if (from.isFound) break;
    const entries = (await unlessUnreadable(() => readSegment(store, path, segment), leftOut)) ?? [];
    const oldest = entries.findIndex((entry) => changedAtMs(entry) >= sinceMs);
    if (entries.length > 0 && oldest < 0) break;
    from = { offset: entries[oldest]?.from ?? segment.from, isFound: oldest > 0 };
  }
  return from.offset;
}

/** Halves the entries that no segment holds: they were committed one after the other. Not found when all of them are younger. */
async function firstLiveSince(
  store: ObjectStore,
  path: LedgerPath,
  { after, sinceMs }: { readonly after: bigint; readonly sinceMs: number },
): Promise<{ readonly offset: bigint; readonly isFound: boolean }> {
  const live = await offsetsIn(store, partitionPrefix(path), { from: after });
  let [low, high] = [0, live.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = entryKey(path, live[middle] ?? 0n);
    const stored = await store.get(key);
    const entry = stored && (await unlessUnreadable(async () => parseEntry(key, stored.bytes), leftOut));
    if (entry !== undefined && changedAtMs(entry) < sinceMs) low = middle + 1;
    else high = middle;
  }
  // the last entry is read in any case: it tells where the chain ends
  return { offset: live[low] ?? live.at(-1) ?? after, isFound: low > 0 };
}
