import type { ChainStart } from '../../ledger/notes/chain-start.ts';
import { sourceOfStart } from '../../ledger/notes/topic-start.ts';
import type { Finding } from '../findings/finding.ts';
import { auditLoss } from './audit-entry.ts';
import { readChain, readRevised, type ChainOptions } from './read-chain.ts';

export interface AdoptedOptions extends ChainOptions {
  readonly topic: string;
}

/**
 * Finds losses that nobody has acknowledged in the ledgers of adopted tables, whose chains the given ones go on with: queries of the table that goes on
 * miss these records, too. With `sinceMs` those that were booked since.
 */
export async function* findAdoptedLosses(
  starts: ReadonlyMap<number, ChainStart>,
  options: AdoptedOptions,
): AsyncIterable<Finding> {
  for (const [partition, { chosen, from: to }] of starts) {
    const source = sourceOfStart(chosen);
    if (source === undefined) continue;
    const path = { table: source, topic: options.topic, partition };
    for (const entries of [readRevised(path, options), readChain(path, options)])
      for await (const entry of entries) {
        if (entry.from >= to) break;
        for (const finding of auditLoss(entry))
          yield { ...finding, what: `${finding.what}; they are of ${source}, whose files were adopted` };
      }
  }
}
