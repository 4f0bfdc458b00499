import { dayOf, firstTrueDay, isExpired } from '../../ledger/notes/expired-days.ts';
import { hivePathOf, isHidden, mergedFolder } from '../../ledger/keys/object-keys.ts';
import type { CatalogTable, ObjectInfo, ObjectStore } from '../../ports/lake.ts';

interface ListedTable {
  readonly store: ObjectStore;
  /** The first day that stays. */
  readonly before: string;
}

/** Objects in the folders of a table's expired days, oldest day first: no more of the table is listed than that. */
export async function* expiredObjects(table: CatalogTable, { store, before }: ListedTable): AsyncIterable<ObjectInfo> {
  const prefix = prefixOf(table);
  // keys begin with the year in every layout
  const startAfter = prefix + firstTrueDay.slice(0, 4);
  for await (const info of store.list(prefix, { startAfter })) {
    const values = valuesOf(table, info.key);
    const day = dayOf(values);
    if (day !== undefined && day >= before) return;
    if (isExpired(values, before) && !isHidden(info.key)) yield info;
  }
}

/** True when the table has an object of a day that stays, in its folder or in the one of merged files. */
export async function hasDaysThatStay(table: CatalogTable, listed: ListedTable): Promise<boolean> {
  return (await hasObjectsSince(table, listed)) || hasObjectsSince(mergedTable(table), listed);
}

/** The table as if it lay in the folder of its merged files. */
export function mergedTable(table: CatalogTable): CatalogTable {
  return { ...table, name: mergedFolder(table.name) };
}

async function hasObjectsSince(table: CatalogTable, { store, before }: ListedTable): Promise<boolean> {
  const [year, month, day] = before.split('-');
  const folder = table.partitionKeys.length === ingestKeys ? `${year}/ingest_month=${month}/ingest_day=${day}` : before;
  const prefix = prefixOf(table);
  for await (const { key } of store.list(prefix, { startAfter: prefix + folder })) {
    const found = dayOf(valuesOf(table, key));
    if (found !== undefined && found >= before) return true;
  }
  return false;
}

/** Year, month, day and hour; other layouts begin with the date. */
const ingestKeys = 4;

function prefixOf({ name, partitionKeys }: CatalogTable): string {
  return `${name}/${partitionKeys[0]?.name ?? ''}=`;
}

/** Values of partition keys in a key like `table/event_date=2026-11-23/event_hour=09/file.parquet`. */
export function valuesOf({ name }: CatalogTable, key: string): string[] {
  return valuesOfPath(hivePathOf(key, name));
}

/** Values of partition keys in a path like `event_date=2026-11-23/event_hour=09`. */
export function valuesOfPath(hivePath: string): string[] {
  return hivePath === '' ? [] : hivePath.split('/').map((component) => component.slice(component.indexOf('=') + 1));
}

/** Objects that are judged, and deleted by one request, together. */
const chunkObjects = 1000;

/** Gives some objects of a listing at a time: there may be very many. */
export async function* chunksOf<Item>(items: AsyncIterable<Item>): AsyncIterable<Item[]> {
  let chunk: Item[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < chunkObjects) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
