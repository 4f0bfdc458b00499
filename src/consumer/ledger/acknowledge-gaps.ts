import { sourceOfStart } from './notes/topic-start.ts';
import type { Versioned } from './chain/entry-store.ts';
import type { Ledger } from './ledger.ts';
import { isCommitted, type CommittedEntry, type GapEntry, type LedgerEntry } from './entry/ledger-entry.ts';

interface Acknowledged {
  readonly table: string;
  readonly topic: string;
  readonly acknowledgedAt: string;
}

/**
 * Notes in the ledger, and in that of a table that this one has adopted, that every loss so far is known and accepted; answers with how many there
 * were.
 */
export async function acknowledgeGaps(ledger: Ledger, { table, topic, acknowledgedAt }: Acknowledged): Promise<number> {
  const source = sourceOfStart((await ledger.decidedStart({ table, topic }))?.chosen);
  let acknowledged = source === undefined ? 0 : await acknowledgeGaps(ledger, { table: source, topic, acknowledgedAt });
  for (const partition of await ledger.partitions({ table, topic })) {
    for await (const found of ledger.entries({ table, topic, partition })) {
      const next = acknowledge(found.entry, acknowledgedAt);
      if (next !== undefined && (await isReplaced(ledger, found, next))) acknowledged++;
    }
  }
  return acknowledged;
}

/** The entry with its loss acknowledged; `undefined` when there is none to acknowledge. */
function acknowledge(entry: LedgerEntry, acknowledgedAt: string): GapEntry | CommittedEntry | undefined {
  if (entry.state === 'gap') return entry.acknowledgedAt === undefined ? { ...entry, acknowledgedAt } : undefined;
  if (!isCommitted(entry)) return undefined;
  const { lost } = entry.outcome;
  if (lost === undefined || lost.acknowledgedAt !== undefined) return undefined;
  return { ...entry, outcome: { ...entry.outcome, lost: { ...lost, acknowledgedAt } } };
}

async function isReplaced(ledger: Ledger, current: Versioned, next: GapEntry | CommittedEntry): Promise<boolean> {
  return (await ledger.replace(current, next)).kind === 'ours';
}
