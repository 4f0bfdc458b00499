import { describe, expect, it } from 'vitest';
import { parseColumns } from '../../src/schema/types/hive-ddl.ts';
import { openTestLake } from '../support/lake.ts';
import { describeCatalog } from './catalog-contract.ts';

describeCatalog('local lake', async () => {
  const { catalog, store } = await openTestLake();
  return { catalog, location: store.uri('tables/') };
});

// Glue does too; the emulator registers partitions of tables that are not there
describe('catalog: local lake', () => {
  it('refuses a partition of a table that is gone', async () => {
    const { catalog, store } = await openTestLake();
    const location = store.uri('t/day=1/');
    const keys = { columns: parseColumns('a double'), partitionKeys: parseColumns('day string') };
    const table = { name: 't', ...keys, location: store.uri('t/'), parameters: {}, version: '1' };
    const added = catalog.addPartitions(table, [{ values: ['1'], location }]);
    await expect(added).rejects.toMatchObject({ code: 'TABLE_MISSING', retryable: false });
  });
});
