import { hivePathOf, mergedFolder } from '../../ledger/keys/object-keys.ts';
import { plainFolder } from '../../ports/catalog-rules.ts';
import type { Catalog, ObjectStore } from '../../ports/lake.ts';

/**
 * Gives the URIs of a Hive table's files: those in its folder, but of partitions that upkeep has moved those in the new one. `undefined` while
 * none has moved: then the files are what lies in the folder.
 */
export async function hiveFiles(catalog: Catalog, store: ObjectStore, table: string): Promise<string[] | undefined> {
  const merged = mergedFolder(table);
  const [first] = await Array.fromAsync(store.list(`${merged}/`, { limit: 1 }));
  if (first === undefined) return undefined;
  const moved = await movedPartitions(catalog, store, table);
  if (moved.size === 0) return undefined;
  const files: string[] = [];
  for (const folder of [table, merged])
    for await (const { key } of store.list(`${folder}/`)) {
      const isMoved = moved.has(hivePathOf(key, folder));
      if (key.endsWith('.parquet') && isMoved === (folder === merged)) files.push(store.uri(key));
    }
  return files;
}

/** The partitions that readers find in the new folder, by the catalog. */
async function movedPartitions(catalog: Catalog, store: ObjectStore, table: string): Promise<Set<string>> {
  const root = plainFolder(store.uri(`${mergedFolder(table)}/`));
  const folders = await Array.fromAsync(catalog.listPartitions(table), ({ location }) => plainFolder(location));
  return new Set(folders.filter((each) => each.startsWith(`${root}/`)).map((each) => each.slice(root.length + 1)));
}
