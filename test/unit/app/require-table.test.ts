import { describe, expect, it } from 'vitest';
import { requireTable } from '../../../src/app/write/require-table.ts';
import type { Lake } from '../../../src/app/lake/lake.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { openIcebergLake } from '../../support/iceberg-lake.ts';
import { commitRows, createIcebergTools } from '../../support/iceberg-service.ts';
import { createTestTools, openTestLake, testTable, type TestLake } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

const batches = [jsonRecords({ n: 1 })];

function lakeOf(lake: TestLake & Partial<Pick<Lake, 'iceberg'>>): Lake {
  const unused = (): never => {
    throw new Error('not asked');
  };
  const others = { openRewriter: unused, checkRights: unused, openEngine: unused };
  return { ...lake, plainCatalog: lake.catalog, parquet: hyparquetReader, ...others };
}

async function dropTable({ store }: TestLake): Promise<void> {
  const keys = await Array.fromAsync(store.list('_catalog/'), ({ key }) => key);
  await store.delete(keys);
}

describe('a table when its service starts', () => {
  it('is missed when it was dropped, and not before it was made', async () => {
    const lake = await openTestLake();
    await requireTable(lakeOf(lake), createTestTools(lake));
    await writeBatches(createTestTools(lake), batches);
    await requireTable(lakeOf(lake), createTestTools(lake));
    await dropTable(lake);
    await expect(requireTable(lakeOf(lake), createTestTools(lake))).rejects.toMatchObject({
      code: 'TABLE_MISSING',
      hint: expect.stringContaining('verify --repair'),
    });
  });

  it('of the format Iceberg says which metadata to register', async () => {
    const lake = await openIcebergLake();
    const tools = createIcebergTools(lake);
    await requireTable(lakeOf(lake), tools);
    await writeBatches(tools, batches);
    await commitRows(lake);
    await requireTable(lakeOf(lake), tools);
    await dropTable(lake);
    await expect(requireTable(lakeOf(lake), tools)).rejects.toMatchObject({
      code: 'TABLE_MISSING',
      message: expect.stringContaining(testTable),
      hint: expect.stringContaining('metadata'),
    });
  });
});
