import { isWritten } from '../../ledger/entry/ledger-entry.ts';
import { sourcesOf, type MergedPartition } from '../../ledger/notes/merged-partition.ts';
import { hivePathOf, topicOfFile } from '../../ledger/keys/object-keys.ts';
import type { ObjectInfo } from '../../ports/lake.ts';
import { offsetsInFile } from '../../table/objects/file-offsets.ts';
import type { MergeTools, HivePartition } from './merge-tools.ts';

/**
 * True for a file of a merged partition's folder whose rows are elsewhere for certain: every entry that meets its offsets lists only objects that the
 * note has as sources, or that lie in the old folder. Notes can be lost, or older than the lake, as after a restore; what no revision of a note lists
 * may then be the only copy of its rows.
 */
export async function hasRowsElsewhere(
  file: ObjectInfo,
  { note, hivePartition }: { readonly note: MergedPartition; readonly hivePartition: HivePartition },
  tools: Pick<MergeTools, 'store' | 'ledger' | 'parquet'>,
): Promise<boolean> {
  const topic = topicOfFile(file.key);
  const offsets = await offsetsInFile(file, tools);
  if (topic === undefined || offsets === undefined) return false;
  const sources = sourcesOf(note);
  const table = hivePartition.table.name;
  for (const [partition, { from, to }] of offsets) {
    const path = { table, topic, partition };
    const last = await tools.ledger.last(path, undefined);
    if (last === undefined || last.entry.to < to) return false;
    for await (const { entry } of tools.ledger.entries(path, { from, to })) {
      if (!isWritten(entry)) return false;
      for (const { key, kind } of entry.outcome.objects) {
        if (kind !== 'rows' || hivePathOf(key, table) !== hivePartition.hivePath || sources.has(key)) continue;
        if ((await tools.store.head(key)) === undefined) return false;
      }
    }
  }
  return true;
}
