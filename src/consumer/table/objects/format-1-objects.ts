import { isOfFormat1 } from '../../ledger/keys/format-1.ts';
import type { WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import { parseObjectName, type ObjectRange } from '../../ledger/keys/object-keys.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import { tablesOf } from '../dead-letters/topic-tables.ts';

/** An object by its name: what is in it has yet to be read. */
export type NamedObject = Pick<WrittenObject, 'key' | 'kind' | 'partition'>;

/** The objects that a process of ledger format 1 has put for the range. Its claims had no plan, so the table is listed. */
export async function findFormat1Objects(
  range: Pick<ObjectRange, 'table' | 'topic' | 'partition' | 'from' | 'to'>,
  store: ObjectStore,
): Promise<NamedObject[]> {
  const found: NamedObject[] = [];
  for (const { kind, name: folder } of tablesOf(range.table)) {
    for await (const { key } of store.list(`${folder}/`))
      if (isOf(range, key)) found.push({ key, kind, partition: hiveValues(key) });
  }
  return found;
}

function isOf({ topic, partition, from, to }: Omit<ObjectRange, 'table' | 'generation'>, key: string): boolean {
  const name = parseObjectName(key);
  if (name === undefined || !isOfFormat1(name)) return false;
  return name.topic === topic && name.partition === partition && name.from === from && name.to === to;
}

/** The values in `table/event_date=2026-11-23/event_hour=09/name`. */
export function hiveValues(key: string): string[] {
  const folders = key.split('/').slice(1, -1);
  return folders.map((folder) => decodeURIComponent(folder.slice(folder.indexOf('=') + 1)));
}
