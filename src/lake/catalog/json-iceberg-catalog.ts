import type { ObjectStore, StoredObject } from '../../consumer/ports/lake.ts';
import type { IcebergCatalog } from '../../iceberg/iceberg-catalog.ts';
import type { StagedMetadata } from '../../iceberg/catalogs/metadata-file.ts';
import { createPointerCatalog, type PointerStore, type TablePointer } from '../../iceberg/catalogs/pointer-catalog.ts';
import { metadataLocationOf, pointerParameters } from '../../iceberg/metadata/table-parameters.ts';
import type { Clock } from '../../runtime/clock.ts';
import { parseEntry, tableKey, tableSchema } from './catalog-entry.ts';

export interface JsonIcebergCatalogOptions {
  readonly store: ObjectStore;
  readonly database: string;
  readonly clock: Clock;
}

interface EntryPointer extends TablePointer {
  /** The version of the entry's object. */
  readonly version: string;
}

/**
 * The Iceberg tables of the catalog beside the data. Their entries are those of other tables, with the parameters that Glue has; columns
 * stand in the metadata only.
 */
export function createJsonIcebergCatalog({ store, database, clock }: JsonIcebergCatalogOptions): IcebergCatalog {
  const pointers: PointerStore<EntryPointer> = {
    read: async (table) => {
      const stored = await store.get(tableKey(database, table));
      return stored && readPointer(tableKey(database, table), table, stored);
    },
    create: async (table, staged) =>
      (await store.put(tableKey(database, table), serialize(table, staged), { ifAbsent: true })).kind,
    replace: async (table, { version, location }, staged) =>
      (await store.put(tableKey(database, table), serialize(table, staged, location), { ifVersion: version })).kind,
  };
  return createPointerCatalog({ pointers, store, clock });
}

function readPointer(key: string, table: string, { bytes, version }: StoredObject): EntryPointer {
  const { parameters } = parseEntry(key, bytes, tableSchema);
  return { location: metadataLocationOf(table, parameters), version };
}

function serialize(name: string, { metadata, location }: StagedMetadata, previous?: string): Uint8Array {
  const entry = {
    name,
    columns: [],
    partitionKeys: [],
    location: metadata.location,
    parameters: pointerParameters(location, previous),
  };
  return Buffer.from(`${JSON.stringify(entry, undefined, 2)}\n`);
}
