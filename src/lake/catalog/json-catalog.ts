import { z } from 'zod';
import {
  changedParameters,
  checkDefinition,
  checkPartition,
  elsewhere,
  rightPlace,
} from '../../consumer/ports/catalog-rules.ts';
import type {
  Catalog,
  CatalogPartition,
  CatalogTable,
  NewPartition,
  ObjectStore,
  TableDefinition,
} from '../../consumer/ports/lake.ts';
import { formatParameter } from '../../iceberg/metadata/table-parameters.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { formatType, parseType } from '../../schema/types/hive-ddl.ts';
import type { Column } from '../../schema/types/column-type.ts';
import { catalogFolder, parseEntry, tableKey, tableSchema, type CatalogEntry } from './catalog-entry.ts';

const partitionSchema = z.object({ values: z.array(z.string()), location: z.string() });

/**
 * A catalog beside the data: `_catalog/<database>/<table>.json` changes by compare-and-swap, and every Hive partition is an
 * object of its own, so that adding one never conflicts. It refuses whatever Glue refuses.
 */
export function createJsonCatalog({
  store,
  database,
}: {
  readonly store: ObjectStore;
  readonly database: string;
}): Catalog {
  const folder = `${catalogFolder}/${database}`;
  const keyOf = (table: string): string => tableKey(database, table);
  const partitionKey = (table: string, values: readonly string[]): string =>
    `${folder}/${table}.partitions/${values.map(encodeURIComponent).join(',')}.json`;

  const load = async (table: string): Promise<CatalogTable | undefined> => {
    const stored = await store.get(keyOf(table));
    if (stored === undefined) return undefined;
    const definition = parseTable(keyOf(table), stored.bytes);
    const format = definition.parameters[formatParameter];
    return {
      ...definition,
      ...(format !== undefined && { otherKind: `a table of the format ${format}` }),
      location: locationIn(store, definition),
      version: stored.version,
    };
  };

  return {
    load,
    create: async (definition) => {
      checkDefinition(definition);
      const bytes = serializeTable(withoutRoot(store, definition));
      const result = await store.put(keyOf(definition.name), bytes, { ifAbsent: true });
      return result.kind === 'stored' ? 'created' : 'exists';
    },
    evolve: async ({ table, expectedVersion, addColumns, replaceColumns = [], ...change }) => {
      const current = await load(table);
      if (current?.version !== expectedVersion) return 'conflict';
      const replaced = new Map(replaceColumns.map((column) => [column.name, column]));
      const next: TableDefinition = {
        ...current,
        columns: [...current.columns.map((column) => replaced.get(column.name) ?? column), ...addColumns],
        parameters: changedParameters(current.parameters, change),
      };
      checkDefinition(next);
      const result = await store.put(keyOf(table), serializeTable(withoutRoot(store, next)), {
        ifVersion: expectedVersion,
      });
      return result.kind === 'stored' ? 'evolved' : 'conflict';
    },
    addPartitions: async (table, partitions) => {
      if ((await store.head(keyOf(table.name))) === undefined) throw missing(table.name);
      for (const partition of partitions) {
        checkPartition(table, partition);
        const key = partitionKey(table.name, partition.values);
        const bytes = serializePartition(store, partition);
        const result = await store.put(key, bytes, { ifAbsent: true });
        if (result.kind === 'refused') await checkSamePlace(store, key, table, partition);
      }
    },
    movePartition: async (table, partition) => {
      checkPartition(table, partition);
      const key = partitionKey(table.name, partition.values);
      const bytes = serializePartition(store, partition);
      for (let stored = await store.get(key); stored !== undefined; stored = await store.get(key)) {
        if (Buffer.compare(stored.bytes, bytes) === 0) return 'moved';
        if ((await store.put(key, bytes, { ifVersion: stored.version })).kind === 'stored') return 'moved';
      }
      return 'missing';
    },
    removePartitions: async (table, values) => store.delete(values.map((each) => partitionKey(table, each))),
    listPartitions: (table) => listPartitions(store, `${folder}/${table}.partitions/`),
  };
}

async function* listPartitions(store: ObjectStore, prefix: string): AsyncIterable<CatalogPartition> {
  for await (const { key } of store.list(prefix)) {
    const stored = await store.get(key);
    if (stored === undefined) continue;
    const partition = parseEntry(key, stored.bytes, partitionSchema);
    yield { ...partition, location: locationIn(store, { ...partition, name: '' }) };
  }
}

function missing(table: string): PipelineError {
  return new PipelineError('TABLE_MISSING', {
    message: `the table ${table} is not in the catalog: its partitions can't be registered`,
    retryable: false,
    details: { table },
  });
}

async function checkSamePlace(
  store: ObjectStore,
  key: string,
  table: CatalogTable,
  partition: NewPartition,
): Promise<void> {
  const stored = await store.get(key);
  if (stored === undefined) return;
  const present = parseEntry(key, stored.bytes, partitionSchema);
  const location = locationIn(store, { ...present, name: table.name });
  if (rightPlace(partition, location) === undefined) throw elsewhere(table.name, { ...partition, present: location });
}

function serializePartition(store: ObjectStore, { values, location }: CatalogPartition): Uint8Array {
  return Buffer.from(JSON.stringify(withoutRoot(store, { values, location })));
}

/** Locations below the lake are kept without its root: a folder that is moved or copied takes its catalog along. */
function withoutRoot<T extends { readonly location: string }>(store: ObjectStore, place: T): T {
  const root = rootOf(store);
  return place.location.startsWith(root) ? { ...place, location: place.location.slice(root.length) } : place;
}

/** The URI of the lake, with a slash at its end. */
function rootOf(store: ObjectStore): string {
  return store.uri('_').slice(0, -1);
}

function locationIn(
  store: ObjectStore,
  { location, name }: { readonly location: string; readonly name: string },
): string {
  if (!location.includes('://')) return store.uri(location);
  // written before locations were kept without the root, in a folder that has been moved since
  const isMoved = name !== '' && location.startsWith('file:') && !location.startsWith(rootOf(store));
  return isMoved ? store.uri(`${name}/`) : location;
}

function serializeTable({ name, columns, partitionKeys, location, parameters }: TableDefinition): Uint8Array {
  const write = (column: Column): CatalogEntry['columns'][number] => ({ ...column, type: formatType(column.type) });
  const table = { name, columns: columns.map(write), partitionKeys: partitionKeys.map(write), location, parameters };
  return Buffer.from(`${JSON.stringify(table, undefined, 2)}\n`);
}

function parseTable(key: string, bytes: Uint8Array): TableDefinition {
  const { columns, partitionKeys, ...rest } = parseEntry(key, bytes, tableSchema);
  return { ...rest, columns: columns.map(readColumn), partitionKeys: partitionKeys.map(readColumn) };
}

function readColumn({ name, type, comment }: CatalogEntry['columns'][number]): Column {
  return { name, type: parseType(type), ...(comment !== undefined && { comment }) };
}
