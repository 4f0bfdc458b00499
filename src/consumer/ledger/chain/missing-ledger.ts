import type { ObjectStore } from '../../ports/lake.ts';
import { startsPrefix, topicPrefix, type TopicPath } from '../keys/ledger-keys.ts';
import { isInPartition, mergedFolder, parseObjectName, topicOfFile } from '../keys/object-keys.ts';

/** Keys below the table that are looked at for objects of ours. */
const keysLookedAt = 1000;

/** True when the ledger has no entry of the topic, though the table has objects of it. */
export async function isLedgerMissing(store: ObjectStore, { table, topic }: TopicPath): Promise<boolean> {
  const [first] = await Array.fromAsync(store.list(topicPrefix({ table, topic }), { limit: 1 }));
  // the folders of Kafka partitions come before the notes where their chains begin
  if (first !== undefined && !first.key.startsWith(startsPrefix({ table, topic }))) return false;
  return holdsObjects(store, { table, topic });
}

/** True when the table's folder, or the one of its merged partitions, has objects of the topic; those of a lake that lies in there are not the table's. */
export async function holdsObjects(store: ObjectStore, { table, topic }: TopicPath): Promise<boolean> {
  for await (const { key } of store.list(`${table}/`, { limit: keysLookedAt }))
    if (isInPartition(key, table) && parseObjectName(key)?.topic === topic) return true;
  for await (const { key } of store.list(`${mergedFolder(table)}/`, { limit: keysLookedAt }))
    if (isInPartition(key, mergedFolder(table)) && topicOfFile(key) === topic) return true;
  return false;
}
