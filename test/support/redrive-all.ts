import type { RejectReason } from '../../src/consumer/columns/parse/parse-record.ts';
import type { CommitTools } from '../../src/consumer/commit/tools/commit-tools.ts';
import { isWritten, type WrittenEntry } from '../../src/consumer/ledger/entry/ledger-entry.ts';
import type { DecodeLimits } from '../../src/consumer/ports/decode-limits.ts';
import type { ObjectStore } from '../../src/consumer/ports/lake.ts';
import type { Versioned } from '../../src/consumer/ledger/chain/entry-store.ts';
import { redriveEntries, type RedriveOptions } from '../../src/consumer/replay/redrive.ts';
import type { RedriveResult } from '../../src/consumer/replay/redriven-pieces.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import { testPath } from './lake.ts';

/** More than any test has. */
export const wideLimits: DecodeLimits = { rowsMax: 1_000_000, heldBytesMax: 100_000_000 };

/** Redrives one entry as it was listed. */
export async function redriveEntry(listed: Versioned<WrittenEntry>, options: RedriveOptions): Promise<RedriveResult> {
  const results: RedriveResult[] = [];
  const entries = (async function* () {
    yield listed;
  })();
  await redriveEntries(entries, {
    ...options,
    signal: new AbortController().signal,
    onRedriven: async (_, result) => void results.push(result),
  });
  const [result] = results;
  if (result === undefined) throw new TypeError('expected a result for the entry');
  return result;
}

/** Redrives each entry of the topic's first partition that has dead letters. */
export async function redriveAll(
  { store }: { readonly store: ObjectStore },
  tools: CommitTools,
  options: { readonly reason?: RejectReason; readonly isDryRun?: boolean; readonly limits?: DecodeLimits } = {},
): Promise<RedriveResult> {
  const total = { passed: 0, tombstones: 0, left: 0 };
  for await (const current of tools.ledger.entries(testPath())) {
    const { entry } = current;
    if (!isWritten(entry) || entry.outcome.deadLetters === 0) continue;
    const result = await redriveEntry(
      { ...current, entry },
      { tools, store, parquet: hyparquetReader, isDryRun: false, limits: wideLimits, ...options },
    );
    total.passed += result.passed;
    total.tombstones += result.tombstones;
    total.left += result.left;
  }
  return total;
}
