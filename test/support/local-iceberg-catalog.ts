import type { IcebergCatalog } from '../../src/iceberg/iceberg-catalog.ts';
import { createJsonIcebergCatalog } from '../../src/lake/catalog/json-iceberg-catalog.ts';
import { createLocalObjectStore } from '../../src/lake/store/local-object-store.ts';
import { systemClock } from '../../src/runtime/clock.ts';

/** Opens the catalog of a lake in a folder, as commands do by default. */
export function localIcebergCatalog(folder: string): IcebergCatalog {
  const store = createLocalObjectStore({ root: folder });
  return createJsonIcebergCatalog({ store, database: 'glueless', clock: systemClock });
}
