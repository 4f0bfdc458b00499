import type { Ledger } from '../../ledger/ledger.ts';
import type { ChainStart } from '../../ledger/notes/chain-start.ts';
import { sourceOfStart } from '../../ledger/notes/topic-start.ts';
import type { Finding } from '../findings/finding.ts';
import { auditLoss } from './audit-entry.ts';

export interface AdoptedOptions {
  readonly ledger: Ledger;
  readonly topic: string;
  /** Called for an entry that can't be read, which is then left out. */
  readonly onUnreadable: (key: string, error: unknown) => void;
}

/**
 * Finds losses that nobody has acknowledged in the ledgers of adopted tables, whose chains the given ones go on with: queries of the table that goes on
 * miss these records, too.
 */
export async function* findAdoptedLosses(
  starts: ReadonlyMap<number, ChainStart>,
  { ledger, topic, onUnreadable }: AdoptedOptions,
): AsyncIterable<Finding> {
  for (const [partition, { chosen, from: to }] of starts) {
    const source = sourceOfStart(chosen);
    if (source === undefined) continue;
    const path = { table: source, topic, partition };
    for await (const { entry } of ledger.entries(path, { from: 0n, to, onUnreadable }))
      for (const finding of auditLoss(entry))
        yield { ...finding, what: `${finding.what}; they are of ${source}, whose files were adopted` };
  }
}
