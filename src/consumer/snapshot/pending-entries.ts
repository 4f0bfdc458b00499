import { mapConcurrently, readsAtOnce } from '../../runtime/concurrency.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { checkFormat } from '../ledger/entry/check-format.ts';
import type { CommittedEntry, LedgerEntry, WrittenObject } from '../ledger/entry/ledger-entry.ts';
import type { LedgerPath } from '../ledger/keys/ledger-keys.ts';
import type { SnapshotTools } from './snapshot-tools.ts';
import type { TablePositions } from './table-positions.ts';

/** What the ledger holds beyond a table's positions. */
export interface PendingEntries {
  /** Where the positions go, by partition; partitions that stay are left out. */
  readonly positions: TablePositions;
  readonly entries: readonly CommittedEntry[];
  /** There are more entries than one snapshot takes. */
  readonly hasMore: boolean;
}

/** Most entries of a Kafka partition that one snapshot takes in. */
const entriesMax = 500;

/** What is known of the Kafka partitions before their chains are followed. */
export interface ChainLimits {
  /** Where the table's positions are. */
  readonly positions: TablePositions;
  /** Entries that can't be taken in, each by where it begins: what lies before it can. */
  readonly until?: TablePositions;
}

/**
 * Follows the chain of each Kafka partition from the table's position on, up to the first entry that is not written. Rejects with
 * LEDGER_BEHIND when the table holds more than the ledger says, and with TABLE_MISMATCH for entries of a Hive table.
 */
export async function pendingEntries(
  partitions: readonly number[],
  limits: ChainLimits,
  tools: SnapshotTools,
): Promise<PendingEntries> {
  const walks = await mapConcurrently(partitions, readsAtOnce, (partition) => walk(partition, limits, tools));
  const moved = walks.filter(({ from, next }) => next !== from);
  return {
    positions: new Map(moved.map(({ partition, next }) => [partition, next])),
    entries: walks.flatMap(({ entries }) => entries),
    hasMore: walks.some(({ hasMore }) => hasMore),
  };
}

/** Gives the objects of one kind that the entries list. */
export function objectsOf(entries: readonly CommittedEntry[], kind: WrittenObject['kind']): WrittenObject[] {
  return entries.flatMap(({ outcome }) => outcome.objects.filter((object) => object.kind === kind));
}

async function walk(partition: number, { positions, until }: ChainLimits, tools: SnapshotTools) {
  const path = { table: tools.table, topic: tools.topic, partition };
  const known = positions.get(partition);
  const from = known ?? (await tools.ledger.start(path))?.from ?? 0n;
  const entries: CommittedEntry[] = [];
  let next = from;
  for (let count = 0; count < entriesMax; count++) {
    if (next === until?.get(partition)) return { partition, from, next, entries, hasMore: false };
    const found = await tools.ledger.get(path, next);
    if (found === undefined && count === 0 && known !== undefined) await checkReached(path, known, tools);
    if (found === undefined || !isPassed(found.entry)) return { partition, from, next, entries, hasMore: false };
    if (found.entry.state !== 'gap') entries.push(found.entry);
    next = found.entry.to;
  }
  return { partition, from, next, entries, hasMore: true };
}

/** True for an entry that the table's position may pass. What is being replaced waits for what takes its place. */
function isPassed(entry: LedgerEntry): entry is Exclude<LedgerEntry, { state: 'claimed' | 'replacing' }> {
  checkFormat(entry, 'iceberg');
  return entry.state === 'written' || entry.state === 'gap';
}

/** The table is told after the ledger: its position is never beyond the ledger's end. */
async function checkReached(path: LedgerPath, position: bigint, { ledger }: SnapshotTools): Promise<void> {
  const last = await ledger.last(path, undefined);
  // nothing may have come since the table was adopted: its ledger begins where the adopted files end
  const end = last?.entry.to ?? (await ledger.start(path))?.from ?? 0n;
  if (end === position) return;
  // another process has written meanwhile
  if ((await ledger.get(path, position)) !== undefined) return;
  throw new PipelineError('LEDGER_BEHIND', {
    message: `the ledger of ${path.table} has no entry that ends at offset ${position} of ${path.topic}/${path.partition}, which the table holds up to there; it ends at ${end}: entries are gone, as after restoring an older copy of the ledger`,
    retryable: false,
    details: { ...path, ledgerEnd: end.toString(), position: position.toString() },
    hint: 'restore `_ledger/` and the table of one moment',
  });
}
