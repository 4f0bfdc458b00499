import type { Ledger } from '../../ledger/ledger.ts';
import { readMerged } from '../../ledger/notes/merged-partition.ts';
import type { Catalog, ObjectStore } from '../../ports/lake.ts';
import { hivePath as hivePathOfValues } from '../../../schema/partitions/layout.ts';
import { readPartition } from './read-partition.ts';
import { registeredPartitions } from './registered-partitions.ts';
import { ReplacedEntries } from './replaced-entries.ts';

/**
 * False for a merged partition whose new folder lacks rows that entries list, or has some that they list no longer: queries do not see what the ledger
 * says before the next upkeep.
 */
export async function isUpToDate(
  name: string,
  { keys, values }: { readonly keys: readonly string[]; readonly values: readonly string[] },
  tools: { readonly store: ObjectStore; readonly catalog: Catalog; readonly ledger: Ledger },
): Promise<boolean> {
  const { store } = tools;
  const hivePath = hivePathOfValues(keys, values);
  const stored = await readMerged(store, name, hivePath);
  if (stored === undefined) return true;
  const table = await tools.catalog.load(name);
  if (table === undefined) return true;
  const { note } = stored;
  // who died between the catalog and the note has moved it
  const isMoved = note.movedAt !== undefined || (await registeredPartitions(table, tools)).get(hivePath) === 'moved';
  if (!isMoved) return true;
  const hivePartition = { table, values, hivePath, replaced: new ReplacedEntries(store, table.name) };
  const { added, replacedSources } = await readPartition(hivePartition, note, tools);
  return added.length === 0 && replacedSources.size === 0 && note.files.every(({ bytes }) => bytes !== undefined);
}
