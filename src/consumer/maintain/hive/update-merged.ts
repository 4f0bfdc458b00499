import { readMerged } from '../../ledger/notes/merged-partition.ts';
import type { MergeTools } from './merge-tools.ts';
import { ReplacedEntries } from './replaced-entries.ts';
import { updatePartition } from './update-partition.ts';

/** Lets merged partitions follow what the ledger lists by now; those that were never merged are passed over. */
export async function updateMerged(name: string, hivePaths: Iterable<string>, tools: MergeTools): Promise<void> {
  const table = await tools.catalog.load(name);
  if (table === undefined) return;
  for (const hivePath of hivePaths) {
    const stored = await readMerged(tools.store, name, hivePath);
    if (stored === undefined || tools.upkeep.signal?.aborted === true) continue;
    const hivePartition = {
      table,
      values: stored.note.values,
      hivePath,
      replaced: new ReplacedEntries(tools.store, name),
    };
    await updatePartition(stored, { hivePartition, registered: 'unknown' }, tools);
  }
}
