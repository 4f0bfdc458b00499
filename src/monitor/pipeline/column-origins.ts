import type { TopicPath } from '../../consumer/ledger/keys/ledger-keys.ts';
import type { Ledger } from '../../consumer/ledger/ledger.ts';
import { rememberSuccess } from '../../runtime/memo.ts';
import { formatType } from '../../schema/types/hive-ddl.ts';
import type { Column } from '../../schema/types/column-type.ts';

/** A column of the table, and the batch that brought it. */
export interface ColumnOrigin {
  readonly name: string;
  readonly type: string;
  /** What the catalog says of it: `first in partition 0, offsets from 0`. */
  readonly comment: string;
  /** When that batch was claimed; left out where the comment names none, or the ledger has it no more. */
  readonly atMs: number | undefined;
}

/** Finds out which batch brought each column, the newest column first. */
export async function columnOrigins(
  columns: readonly Column[],
  ledger: Ledger,
  topicTable: TopicPath,
): Promise<ColumnOrigin[]> {
  const timeOf = rememberSuccess((comment: string) => claimedAt(comment, ledger, topicTable));
  const origins = await Promise.all(
    columns.map(async ({ name, type, comment = '' }) => ({
      name,
      type: formatType(type),
      comment,
      atMs: await timeOf(comment),
    })),
  );
  return origins.toSorted((a, b) => (b.atMs ?? 0) - (a.atMs ?? 0));
}

async function claimedAt(comment: string, ledger: Ledger, { table, topic }: TopicPath): Promise<number | undefined> {
  const [, partition, from] = /^first in partition (\d+), offsets from (\d+)$/.exec(comment) ?? [];
  if (partition === undefined || from === undefined) return undefined;
  const first = BigInt(from);
  const path = { table, topic, partition: Number(partition) };
  // the batch may begin before its first record
  for await (const { entry } of ledger.entries(path, { from: first, to: first + 1n }))
    return Date.parse(entry.claimedAt);
  return undefined;
}
