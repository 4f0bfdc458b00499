import type { Table } from '@aws-sdk/client-glue';
import type { ObjectStore } from '../../consumer/ports/lake.ts';
import type { IcebergCatalog } from '../../iceberg/iceberg-catalog.ts';
import { createPointerCatalog, type PointerStore, type TablePointer } from '../../iceberg/catalogs/pointer-catalog.ts';
import { metadataLocationOf } from '../../iceberg/metadata/table-parameters.ts';
import type { Clock } from '../../runtime/clock.ts';
import { icebergTableInput, movedTableInput } from './glue-iceberg-table.ts';
import { openGlueDatabase, type GlueOptions } from '../glue/glue-requests.ts';

export interface GlueIcebergCatalogOptions extends GlueOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
}

interface GluePointer extends TablePointer {
  readonly table: Table;
}

/**
 * The Iceberg tables of one database of the AWS Glue Data Catalog. The swap goes by Glue's `VersionId`, of a table that was read for the
 * purpose: a table that was dropped and made anew counts its versions from the beginning.
 */
export function createGlueIcebergCatalog({ store, clock, ...options }: GlueIcebergCatalogOptions): IcebergCatalog {
  const { fetchTable, createTable, updateTable, explained } = openGlueDatabase(options);
  const pointers: PointerStore<GluePointer> = {
    read: (name) =>
      explained(name, async () => {
        const table = await fetchTable(name);
        return table && { table, location: metadataLocationOf(name, table.Parameters ?? {}) };
      }),
    create: (name, staged) => explained(name, () => createTable(icebergTableInput(name, staged))),
    replace: (name, { table, location }, staged) =>
      explained(name, () => updateTable(movedTableInput(table, location, staged), table.VersionId ?? '')),
  };
  return createPointerCatalog({ pointers, store, clock });
}
