import { createJsonCatalog } from '../../src/lake/catalog/json-catalog.ts';
import { createJsonIcebergCatalog } from '../../src/lake/catalog/json-iceberg-catalog.ts';
import { createLocalObjectStore } from '../../src/lake/store/local-object-store.ts';
import { createMemoryObjectStore } from '../../src/lake/store/memory-object-store.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { ObjectStore } from '../../src/consumer/ports/lake.ts';
import { temporaryFolder } from '../support/lake.ts';
import { describePointerCatalog } from './pointer-catalog-contract.ts';

const openBeside = (store: ObjectStore) => ({
  open: () => createJsonIcebergCatalog({ store, database: 'test', clock: systemClock }),
  location: store.uri('tables/'),
  drop: (table: string) => store.delete([`_catalog/test/${table}.json`]),
  store,
  hive: createJsonCatalog({ store, database: 'test' }),
});

describePointerCatalog('beside the data, in a folder', async () =>
  openBeside(createLocalObjectStore({ root: await temporaryFolder() })),
);

describePointerCatalog('beside the data, in memory', async () => openBeside(createMemoryObjectStore()));
