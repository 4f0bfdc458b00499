import { hivePath as hivePathOfValues } from '../../../schema/partitions/layout.ts';
import { mergedFolder } from '../../ledger/keys/object-keys.ts';
import { isSameLocation } from '../../ports/catalog-rules.ts';
import type { CatalogTable } from '../../ports/lake.ts';
import type { MergeTools } from './merge-tools.ts';

/** Where the catalog says that a partition lies: in its folder of the table's, in the one of merged files, or in another. */
export type Registered = 'old' | 'moved' | 'elsewhere';

/** Reads where each of the table's partitions lies, by their paths in the table's folder. */
export async function registeredPartitions(
  table: CatalogTable,
  { catalog, store }: Pick<MergeTools, 'catalog' | 'store'>,
): Promise<Map<string, Registered>> {
  const keys = table.partitionKeys.map(({ name }) => name);
  const found = new Map<string, Registered>();
  for await (const { values, location } of catalog.listPartitions(table.name)) {
    const hivePath = hivePathOfValues(keys, values);
    const isAt = (folder: string): boolean => isSameLocation(location, store.uri(`${folder}/${hivePath}/`));
    const at = isAt(table.name) ? 'old' : isAt(mergedFolder(table.name)) ? 'moved' : 'elsewhere';
    found.set(hivePath, at);
  }
  return found;
}
