import { isDeepStrictEqual } from 'node:util';
import { mapAhead, readsAtOnce } from '../../../runtime/concurrency.ts';
import { parseEntry } from '../../ledger/entry/entry-format.ts';
import type { LedgerEntry } from '../../ledger/entry/ledger-entry.ts';
import { offsetsIn } from '../../ledger/chain/ledger-index.ts';
import { entryKey, partitionPrefix, segmentKey, type LedgerPath } from '../../ledger/keys/ledger-keys.ts';
import { listSegments, readSegment, type SegmentRange } from '../../ledger/chain/segments.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import type { Finding } from '../findings/finding.ts';
import type { Repair } from '../findings/repair.ts';
import { unreadable } from './unreadable-entry.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';

export interface SegmentOptions {
  readonly store: ObjectStore;
  /** Called for an entry that can't be read. */
  readonly onUnreadable: (key: string, error: unknown) => void;
  /** Takes what may be done about a finding. */
  readonly onRepair: (repair: Repair) => void;
}

/** Compares the lines of the partition's segments with the base entries that they are copies of: neither ever changes. One request an entry. */
export async function* auditSegments(path: LedgerPath, options: SegmentOptions): AsyncIterable<Finding> {
  const { store } = options;
  for (const segment of await listSegments(store, path)) {
    // one that can't be read is a finding of the chain
    const entries = await unlessUnreadable(
      () => readSegment(store, path, segment),
      () => [],
    );
    if (entries.length === 0) continue;
    const copies = new Map(entries.map((entry) => [entry.from, entry]));
    const bases = await offsetsIn(store, partitionPrefix(path), segment);
    const offsets = new Set([...copies.keys(), ...bases]);
    const compare = (from: bigint) => compareEntry(path, { from, copy: copies.get(from), segment }, options);
    for await (const findings of mapAhead(offsets, readsAtOnce, compare)) yield* findings;
  }
}

interface Copied {
  readonly from: bigint;
  /** The segment's line that begins there. */
  readonly copy: LedgerEntry | undefined;
  readonly segment: SegmentRange;
}

async function compareEntry(
  path: LedgerPath,
  { from, copy, segment }: Copied,
  { store, onUnreadable, onRepair }: SegmentOptions,
): Promise<Finding[]> {
  const key = entryKey(path, from);
  const read = await unlessUnreadable(
    async () => {
      const stored = await store.get(key);
      return { base: stored && parseEntry(key, stored.bytes, { ...path, from }) };
    },
    (error) => ({ error }),
  );
  if ('error' in read) {
    if (copy !== undefined) return [{ ...unreadable(key, read.error, putBack), partition: path.partition }];
    onUnreadable(key, read.error);
    return [];
  }
  const { base } = read;
  if (isDeepStrictEqual(base, copy)) return [];
  const segmentOfIt = segmentKey(path, segment);
  if (base === undefined && copy !== undefined) {
    onRepair({ kind: 'restore-entry', entry: copy, segment: segmentOfIt });
    return [{ ...lastCopy(key, segmentOfIt), partition: path.partition }];
  }
  const difference = copy === undefined ? 'is not' : 'says something else than its copy';
  return [
    {
      problem: 'segment-differs',
      partition: path.partition,
      where: key,
      what: `${difference} in the segment ${segmentOfIt}, which is what counts: one of the two was changed`,
      action:
        'compare both with their older versions, and restore what was changed; or delete the segment, only if it is the wrong one and all its entries are still there one by one',
    },
  ];
}

const repair = 'glueless verify --deep --repair puts the entry back from it';
const putBack = `a segment has a copy, which is what counts: keep the segment, and move this object out of the ledger; ${repair}`;

/** An entry that is gone, and that a segment has told of. */
export function lastCopy(key: string, segment = 'a segment of the ledger'): Finding {
  const what = `is gone, and ${segment} has its last copy, which is what counts`;
  const action = `keep the segment: ${repair}`;
  return { problem: 'segment-differs', where: key, what, action };
}
