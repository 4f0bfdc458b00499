import { PipelineError } from '../../runtime/errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerEntry } from '../ledger/ledger-entry.ts';
import { offsetOfKey, partitionPrefix, revisionPrefix, type LedgerPath } from '../ledger/ledger-keys.ts';
import { listSegments, readSegment } from '../ledger/segments.ts';
import type { ObjectStore } from '../ports/lake.ts';
import { changedAtMs } from './audit-entry.ts';

export interface ChainOptions {
  readonly ledger: Ledger;
  readonly store: ObjectStore;
  /** Left out: all entries. */
  readonly sinceMs: number | undefined;
  /** Called for an entry or segment that can't be read, which is then left out. */
  readonly onUnreadable: (key: string, error: unknown) => void;
}

const end = 2n ** 63n;

/** The entries of one Kafka partition, in order; with `sinceMs` from the first on that was committed since, found by its segments. */
export async function* readChain(path: LedgerPath, options: ChainOptions): AsyncIterable<LedgerEntry> {
  const { ledger, store, sinceMs, onUnreadable } = options;
  const from = sinceMs === undefined ? 0n : await firstSince(store, path, sinceMs);
  for await (const { entry } of ledger.entries(path, { from, to: end, onUnreadable })) yield entry;
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
    const found = await unlessUnreadable(() => ledger.get(path, offset));
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

/** Reads segments from the newest back, until one has an entry from before; entries behind the segments are few. */
async function firstSince(store: ObjectStore, path: LedgerPath, sinceMs: number): Promise<bigint> {
  let from: bigint | undefined;
  for (const segment of (await listSegments(store, path)).toReversed()) {
    const entries = (await unlessUnreadable(() => readSegment(store, path, segment))) ?? [];
    const oldest = entries.findIndex((entry) => changedAtMs(entry) >= sinceMs);
    if (entries.length > 0 && oldest < 0) return from ?? segment.to;
    if (oldest > 0) return entries[oldest]?.from ?? segment.from;
    from = segment.from;
  }
  return from ?? 0n;
}

async function unlessUnreadable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PipelineError && error.code.startsWith('LEDGER_')) return undefined;
    throw error;
  }
}
