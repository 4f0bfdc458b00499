import type { CommitTools } from '../../consumer/commit/tools/commit-tools.ts';
import { loadKnown } from '../../consumer/snapshot/load-table.ts';
import { tablesOf } from '../../consumer/table/dead-letters/topic-tables.ts';
import { snapshotTools } from './create-snapshots.ts';
import type { Lake } from '../lake/lake.ts';

/**
 * Rejects with TABLE_MISSING when the table was dropped, an Iceberg table also when it was made anew or set back: without new records nothing else
 * looks at it, and all would seem well. A table that was never made is made by the first batch.
 */
export async function requireTable(lake: Lake, tools: CommitTools): Promise<void> {
  const snapshots = snapshotTools(lake, tools);
  if (snapshots === undefined) return tools.writer.requireTable();
  for (const { name } of tablesOf(tools.table)) await loadKnown(name, snapshots);
}
