import type { Ledger } from '../../src/consumer/ledger/ledger.ts';
import type { ClaimedEntry, CommittedEntry } from '../../src/consumer/ledger/entry/ledger-entry.ts';
import { testRecipe, testTable, testTopic } from './lake.ts';

const at = '2026-11-23T09:15:00.000Z';

/** A claim of the test topic's first partition. */
export function claimOf(from: bigint, to: bigint, changes: Partial<ClaimedEntry> = {}): ClaimedEntry {
  return {
    format: 2,
    state: 'claimed',
    table: testTable,
    topic: testTopic,
    partition: 0,
    from,
    to,
    generation: 1,
    writer: `writer-${from}`,
    claimedAt: at,
    reason: 'rows',
    recipe: testRecipe,
    plan: [],
    ...changes,
  };
}

export function committedOf(claim: ClaimedEntry, changes: Partial<CommittedEntry['outcome']> = {}): CommittedEntry {
  const outcome = {
    committedAt: at,
    records: 0,
    rows: 0,
    deadLetters: 0,
    tombstones: 0,
    objects: [],
    catalogVersion: '1',
  };
  return { ...claim, state: 'committed', outcome: { ...outcome, ...changes } };
}

/** Writes a chain of committed entries of ten offsets each. */
export async function writeChain(ledger: Ledger, count: number, start = 0): Promise<void> {
  for (let index = start; index < start + count; index++) {
    const claimed = await ledger.claim(claimOf(BigInt(index) * 10n, BigInt(index + 1) * 10n));
    if (claimed.kind !== 'ours') throw new Error(`${index} is taken`);
    const lastRecord = { offset: BigInt(index) * 10n + 9n, timestampMs: index, valueCrc32: index };
    await ledger.replace(claimed.claim, committedOf(claimed.claim.entry, { lastRecord }));
  }
}
