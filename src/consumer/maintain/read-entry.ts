import { PipelineError } from '../../runtime/errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerEntry } from '../ledger/ledger-entry.ts';
import type { LedgerPath } from '../ledger/ledger-keys.ts';

/** Reads an entry for upkeep, which goes round what can't be read: `verify` names it. */
export async function readEntry(
  { topic, partition, from }: Omit<LedgerPath, 'table'> & { readonly from: bigint },
  { ledger, table }: { readonly ledger: Ledger; readonly table: string },
): Promise<LedgerEntry | 'unreadable' | undefined> {
  try {
    return (await ledger.find({ table, topic, partition }, from))?.entry;
  } catch (error) {
    if (error instanceof PipelineError && (error.code === 'LEDGER_CORRUPT' || error.code === 'LEDGER_NEWER'))
      return 'unreadable';
    throw error;
  }
}
