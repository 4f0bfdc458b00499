import type { ObjectStore } from '../../ports/lake.ts';
import { offsetOfKey, partitionPrefix, rangeOfSegment, revisionPrefix, type LedgerPath } from '../keys/ledger-keys.ts';
import { isFolderMarker } from '../keys/object-keys.ts';
import { listSegments, type SegmentRange } from './segments.ts';

/** What the ledger holds of a partition, by its keys alone. */
export interface LedgerIndex {
  readonly segments: SegmentRange[];
  /** Where base entries behind the last segment begin. */
  readonly live: bigint[];
}

/** Finds out what the ledger holds of the partition, by two listings. */
export async function indexOf(store: ObjectStore, path: LedgerPath): Promise<LedgerIndex> {
  const segments = await listSegments(store, path);
  const from = segments.at(-1)?.to ?? 0n;
  return { segments, live: await offsetsIn(store, partitionPrefix(path), { from }) };
}

/** Where entries, or segments of them, begin before and behind a range. */
export interface Neighbours {
  readonly before: bigint | undefined;
  readonly behind: bigint | undefined;
}

/** The last that begins before the range, and the first that begins at its end or behind it. */
export function neighboursIn(
  { segments, live }: LedgerIndex,
  { from, to }: { readonly from: bigint; readonly to: bigint },
): Neighbours {
  const begins = [...segments.map((segment) => segment.from), ...live];
  return { before: begins.findLast((each) => each < from), behind: begins.find((each) => each >= to) };
}

/** Offsets of the entries below the prefix that begin in `[from, to)`. */
export async function offsetsIn(
  store: ObjectStore,
  prefix: string,
  { from, to }: { readonly from: bigint; readonly to?: bigint },
): Promise<bigint[]> {
  const found: bigint[] = [];
  const startAfter = `${prefix}${from.toString().padStart(20, '0')}`;
  for await (const { key } of store.list(prefix, { startAfter })) {
    const offset = offsetOfKey(prefix, key);
    if (offset !== undefined && to !== undefined && offset >= to) break;
    if (offset !== undefined) found.push(offset);
    // folders and whatever else there is come after the digits
    else if (key > `${prefix}:`) break;
  }
  return found;
}

/** Keys in the ledger's folder of the partition that are no entry, revision or segment. */
export async function listUnknownKeys(store: ObjectStore, path: LedgerPath): Promise<string[]> {
  const unknown: string[] = [];
  for await (const { key, size } of store.list(partitionPrefix(path))) {
    const isKnown =
      isFolderMarker({ key, size }) ||
      offsetOfKey(partitionPrefix(path), key) !== undefined ||
      offsetOfKey(revisionPrefix(path), key) !== undefined ||
      rangeOfSegment(path, key) !== undefined;
    if (!isKnown) unknown.push(key);
  }
  return unknown;
}
