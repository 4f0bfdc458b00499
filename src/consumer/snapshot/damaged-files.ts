import { larger } from '../../runtime/bigints.ts';
import { hasCode, type PipelineError } from '../../runtime/errors.ts';
import { isWritten, type LedgerEntry } from '../ledger/entry/ledger-entry.ts';
import type { OffsetRange } from '../ports/topic.ts';
import type { SnapshotTools } from './snapshot-tools.ts';
import type { FileBounds } from './unlisted-files.ts';

/** True for an error that says that a file is damaged or gone. */
export function isDamage(error: unknown): error is PipelineError {
  return hasCode(error, 'OBJECT_UNREADABLE', 'STORE_MISSING');
}

/**
 * Tells whether each row that a file can have is of a range that is replaced, by the ledger's entries within its bounds: then nothing of it is needed, and
 * it may go unread.
 */
export async function isReplacedWhole(
  bounds: FileBounds,
  replaced: readonly OffsetRange[],
  tools: Pick<SnapshotTools, 'ledger' | 'table' | 'topic'>,
): Promise<boolean> {
  const { partitions, offsets } = bounds;
  for (let partition = partitions.first; partition <= partitions.last; partition++) {
    const within = { partition: Number(partition), from: offsets.first, to: offsets.last + 1n };
    if (!(await areReplaced(within, replaced, tools))) return false;
  }
  return true;
}

/** Tells whether the entries that meet the range are known without a hole, and each that has rows is replaced. */
async function areReplaced(
  within: OffsetRange,
  replaced: readonly OffsetRange[],
  { ledger, table, topic }: Pick<SnapshotTools, 'ledger' | 'table' | 'topic'>,
): Promise<boolean> {
  const path = { table, topic, partition: within.partition };
  let next = larger(within.from, (await ledger.start(path))?.from ?? within.from);
  for await (const { entry } of ledger.entries(path, within)) {
    if (entry.from > next) return false;
    next = entry.to;
    if (hasRows(entry) && !replaced.some((range) => isSame(range, entry))) return false;
  }
  return true;
}

function hasRows(entry: LedgerEntry): boolean {
  return isWritten(entry) && entry.outcome.objects.length > 0;
}

function isSame(one: OffsetRange, other: OffsetRange): boolean {
  return one.partition === other.partition && one.from === other.from && one.to === other.to;
}
