import { randomUUID } from 'node:crypto';
import { createGlueIcebergCatalog } from '../../src/aws/iceberg/glue-iceberg-catalog.ts';
import { createS3ObjectStore } from '../../src/aws/s3/s3-object-store.ts';
import type { ObjectStore } from '../../src/consumer/ports/lake.ts';
import type { IcebergCatalog } from '../../src/iceberg/iceberg-catalog.ts';
import { createIcebergTables } from '../../src/iceberg/catalogs/iceberg-tables.ts';
import { systemClock } from '../../src/runtime/clock.ts';

/** Opens a lake of the test's own on the emulator, with an Iceberg catalog in Glue, and says how PyIceberg finds its table. */
export function openIcebergLakeOnGlue({ endpoint, bucket }: { readonly endpoint: string; readonly bucket: string }) {
  const prefix = randomUUID();
  const database = `db_${prefix.slice(0, 8)}`;
  const aws = { region: 'us-east-1', endpoint };
  const openStore = (through: string) => createS3ObjectStore({ ...aws, endpoint: through, bucket, prefix });
  const openOn = (store: ObjectStore, through: string) =>
    lakeOf(store, createGlueIcebergCatalog({ ...aws, endpoint: through, database, store, clock: systemClock }));
  const open = (through = endpoint) => openOn(openStore(endpoint), through);
  const client = { 'access-key-id': 'test', 'secret-access-key': 'test', region: 'us-east-1', endpoint };
  const named = (area: string) => Object.entries(client).map(([key, value]) => [`${area}.${key}`, value]);
  return {
    lake: open(),
    /** Opens the same lake as another process does, with requests to Glue by way of this address. */
    open,
    /** Opens it with all requests by way of this address. */
    openThrough: (through: string) => openOn(openStore(through), through),
    catalog: Object.fromEntries([['type', 'glue'], ...named('glue'), ...named('s3')]),
    name: `${database}.readings`,
  };
}

function lakeOf(store: ObjectStore, iceberg: IcebergCatalog) {
  return { store, iceberg, catalog: createIcebergTables(iceberg) };
}
