import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDuckdbQueryEngine } from '../../../src/lake/duckdb-query-engine.ts';
import { createJsonCatalog } from '../../../src/lake/catalog/json-catalog.ts';
import { createLocalObjectStore } from '../../../src/lake/store/local-object-store.ts';
import { hourlyMeans } from '../../../src/report/hourly-means.ts';
import type { CatalogTable } from '../../../src/consumer/ports/lake.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { createTestTools, temporaryFolder } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

const limits = { low: 36.1, high: 37.2 };

describe('the report of a local lake', () => {
  it.each(['select', 'order', '2024_data', 'user'])('is of the table %s', async (table) => {
    expect(await reportOf('lake', table)).toEqual([['p', 1]]);
  });

  it.each(['a*b', 'a?b', 'a[x]b', 'x[', '{a,b}', 'o’k', "o'k", 'a b', '100%'])(
    'is of the folder %s',
    async (folder) => {
      expect(await reportOf(folder, 'readings')).toEqual([['p', 1]]);
    },
  );
});

/** Writes a reading into a lake in a folder of this name, beside one that its name would match as a pattern. */
async function reportOf(folder: string, table: string): Promise<[string, number][]> {
  const parent = await temporaryFolder();
  const [definition] = await Promise.all([folder, 'axb', 'a'].map((name) => writeReading(join(parent, name), table)));
  if (definition === undefined) throw new Error('no table was made');
  const engine = await createDuckdbQueryEngine([definition]);
  onTestFinished(() => engine.close());
  const means = await hourlyMeans(engine, definition, { limits });
  return means.map(({ patientId, readings }) => [patientId, readings]);
}

async function writeReading(root: string, table: string): Promise<CatalogTable | undefined> {
  const store = createLocalObjectStore({ root });
  const catalog = createJsonCatalog({ store, database: 'test' });
  await writeBatches(createTestTools({ store, catalog, writer: { table } }), [
    jsonRecords({ patientId: 'p', temperature: 36.6, eventTime: '2026-11-23T09:15:02Z' }),
  ]);
  return catalog.load(table);
}
