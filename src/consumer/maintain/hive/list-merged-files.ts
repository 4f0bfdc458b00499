import { mergedPrefix } from '../../ledger/keys/object-keys.ts';
import type { ObjectStore } from '../../ports/lake.ts';

/** Sizes of the objects that lie in the new folder of a Hive partition, by their keys. */
export async function listMergedFiles(
  store: ObjectStore,
  table: string,
  hivePath: string,
): Promise<Map<string, number>> {
  const listed = await Array.fromAsync(store.list(mergedPrefix(table, hivePath)));
  return new Map(listed.map(({ key, size }) => [key, size]));
}
