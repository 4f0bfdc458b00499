import { isUnreadable } from '../../ledger/entry/entry-format.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LedgerEntry } from '../../ledger/entry/ledger-entry.ts';
import type { LedgerPath } from '../../ledger/keys/ledger-keys.ts';

/** Why upkeep leaves objects alone that no entry accounts for, in words. */
export const unaccounted = {
  noEntry: 'no ledger entry describes their range: `glueless verify` says more',
  unreadable: 'the ledger entry of their range can’t be read: `glueless verify` says more',
  unlisted: 'no ledger entry lists them: `glueless verify` says more',
  notOurs: 'they are not of our making',
} as const;

/** Reads an entry for upkeep, which goes round what can't be read: `verify` names it. */
export async function readEntry(
  { topic, partition, from }: Omit<LedgerPath, 'table'> & { readonly from: bigint },
  { ledger, table }: { readonly ledger: Ledger; readonly table: string },
): Promise<LedgerEntry | 'unreadable' | undefined> {
  try {
    return (await ledger.find({ table, topic, partition }, from))?.entry;
  } catch (error) {
    if (isUnreadable(error)) return 'unreadable';
    throw error;
  }
}
