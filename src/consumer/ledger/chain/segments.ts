import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { mapConcurrently, readsAtOnce } from '../../../runtime/concurrency.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import { parseEntry, parseText } from '../entry/entry-format.ts';
import type { LedgerEntry } from '../entry/ledger-entry.ts';
import { entryKey, rangeOfSegment, segmentKey, segmentPrefix, type LedgerPath } from '../keys/ledger-keys.ts';

/**
 * Segments: copies of successive base entries, many in one object, so that a long ledger is read with few requests. A base entry
 * that is committed or a gap never changes and is never deleted, so a copy is as good as the entry, and two processes that roll up the
 * same entries write the same segment.
 */
export interface SegmentRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** Base entries of one segment. */
export const segmentEntries = 1000;

/** Newest entries that stay out of segments: their processes may still be at them. */
const liveEntriesMin = 100;

const unpackedBytesMax = 256 * 1024 * 1024;

export async function listSegments(store: ObjectStore, path: LedgerPath): Promise<SegmentRange[]> {
  const found: SegmentRange[] = [];
  for await (const { key } of store.list(segmentPrefix(path))) {
    const range = rangeOfSegment(path, key);
    if (range !== undefined) found.push(range);
  }
  return found;
}

/** The base entries of one segment, by offset. Rejects with LEDGER_CORRUPT when it can't be read or is not what its key says. */
export async function readSegment(store: ObjectStore, path: LedgerPath, range: SegmentRange): Promise<LedgerEntry[]> {
  const key = segmentKey(path, range);
  const stored = await store.get(key);
  if (stored === undefined) throw corrupt(key, 'it is listed and not there');
  const text = await unpack(key, stored.bytes);
  const entries = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseText(key, line));
  checkSegment(key, entries, range);
  return entries;
}

/**
 * Rolls up the entries at `offsets`, the oldest that no segment holds, into as many whole segments as there are. Stops in front of a
 * hole or a claim. Answers with how many segments were written.
 */
export async function rollUp(store: ObjectStore, path: LedgerPath, offsets: readonly bigint[]): Promise<number> {
  let written = 0;
  for (let first = 0; first + segmentEntries + liveEntriesMin <= offsets.length; first += segmentEntries) {
    const entries = await readRun(store, path, offsets.slice(first, first + segmentEntries));
    const [oldest, newest] = [entries.at(0)?.entry, entries.at(-1)?.entry];
    if (oldest === undefined || newest === undefined || entries.length < segmentEntries) break;
    const packed = await promisify(zstdCompress)(Buffer.from(entries.map(({ line }) => `${line}\n`).join('')));
    await store.put(segmentKey(path, { from: oldest.from, to: newest.to }), packed, { ifAbsent: true });
    written++;
  }
  return written;
}

/** The entries up to the first that is not there, not finished, or does not follow the one before. */
async function readRun(store: ObjectStore, path: LedgerPath, offsets: readonly bigint[]) {
  const read = await mapConcurrently(offsets, readsAtOnce, async (from) => {
    const key = entryKey(path, from);
    const stored = await store.get(key);
    if (stored === undefined) return undefined;
    return {
      line: Buffer.from(stored.bytes).toString('utf8').trim(),
      entry: parseEntry(key, stored.bytes, { ...path, from }),
    };
  });
  const run: { readonly line: string; readonly entry: LedgerEntry }[] = [];
  for (const found of read) {
    const before = run.at(-1)?.entry;
    if (found === undefined || found.entry.state === 'claimed') break;
    if (before !== undefined && before.to !== found.entry.from) break;
    run.push(found);
  }
  return run;
}

async function unpack(key: string, bytes: Uint8Array): Promise<string> {
  try {
    const unpacked = await promisify(zstdDecompress)(bytes, { maxOutputLength: unpackedBytesMax });
    return unpacked.toString('utf8');
  } catch (error) {
    throw corrupt(key, error instanceof Error ? error.message : String(error));
  }
}

function checkSegment(key: string, entries: readonly LedgerEntry[], { from, to }: SegmentRange): void {
  let next = from;
  for (const entry of entries) {
    if (entry.from !== next || entry.to <= entry.from)
      throw corrupt(key, `an entry begins at ${entry.from}, expected ${next}`);
    next = entry.to;
  }
  if (next !== to) throw corrupt(key, `it ends at ${next}, expected ${to}`);
}

function corrupt(key: string, what: string): PipelineError {
  return new PipelineError('LEDGER_CORRUPT', {
    message: `the ledger segment ${key} can't be used: ${what}`,
    retryable: false,
    details: { key },
    hint: 'restore its older version; or, since a segment is a copy, delete it if its entries are still there one by one',
  });
}
