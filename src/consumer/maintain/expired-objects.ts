import { dayOf, firstTrueDay, isExpired } from '../ledger/expired-days.ts';
import { isHidden } from '../ledger/object-keys.ts';
import type { CatalogTable, ObjectInfo, ObjectStore } from '../ports/lake.ts';

/** Objects in the folders of a table's expired days, oldest day first: no more of the table is listed than that. */
export async function* expiredObjects(
  { name, partitionKeys }: CatalogTable,
  { store, before }: { readonly store: ObjectStore; readonly before: string },
): AsyncIterable<ObjectInfo> {
  const prefix = `${name}/${partitionKeys[0]?.name ?? ''}=`;
  // keys begin with the year in every layout
  const startAfter = prefix + firstTrueDay.slice(0, 4);
  for await (const info of store.list(prefix, { startAfter })) {
    const values = valuesOf(info.key.slice(name.length + 1));
    const day = dayOf(values);
    if (day !== undefined && day >= before) return;
    if (isExpired(values, before) && !isHidden(info.key)) yield info;
  }
}

/** Values of partition keys in a path like `event_date=2026-11-23/event_hour=09/file.parquet`. */
function valuesOf(path: string): string[] {
  return path
    .split('/')
    .slice(0, -1)
    .map((component) => component.slice(component.indexOf('=') + 1));
}

/** Several items at a time. */
export async function* chunksOf<Item>(items: AsyncIterable<Item>, size: number): AsyncIterable<Item[]> {
  let chunk: Item[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
