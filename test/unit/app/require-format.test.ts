import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/app/config/settings.ts';
import { openLake } from '../../../src/app/lake/open-lake.ts';
import { requireFormat } from '../../../src/app/lake/require-format.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';
import { temporaryFolder, testTable } from '../../support/lake.ts';

/** A lake with a table of one format, as a process opens it that is configured for a format. */
async function openAs(
  made: 'hive' | 'iceberg',
  configured: 'hive' | 'iceberg',
  { name = testTable, parameters = {} }: { name?: string; parameters?: Record<string, string> } = {},
) {
  const folder = await temporaryFolder();
  const settingsFor = (format: string) =>
    readSettings({ LAKE: folder, LAKE_TABLE: name, KAFKA_TOPIC: testTable, TABLE_FORMAT: format }, []);
  const { catalog, store } = await openLake(settingsFor(made).lake);
  await catalog.create({
    name,
    columns: parseColumns('n double'),
    partitionKeys: parseColumns('event_date string, event_hour string'),
    location: store.uri(`${name}/`),
    parameters,
  });
  const settings = settingsFor(configured);
  return { lake: await openLake(settings.lake), settings };
}

describe('an Iceberg table, opened by a process whose TABLE_FORMAT is hive', () => {
  const refusal = { code: 'TABLE_MISMATCH', hint: expect.stringContaining('TABLE_FORMAT=iceberg') };

  it('is refused by name, before its files are read or judged', async () => {
    const { lake, settings } = await openAs('iceberg', 'hive');
    await expect(requireFormat(lake, settings)).rejects.toMatchObject(refusal);
    const table = await lake.catalog.load(testTable);
    await expect(lake.openEngine(table === undefined ? [] : [table])).rejects.toMatchObject(refusal);
  });

  it.each([
    ['hive', 'hive'],
    ['iceberg', 'iceberg'],
  ] as const)('is what no other is: %s by %s', async (made, configured) => {
    const { lake, settings } = await openAs(made, configured);
    await expect(requireFormat(lake, settings)).resolves.toBeUndefined();
  });
});

describe('a table of hours', () => {
  it.each(['hive', 'iceberg'] as const)('is refused as one of records, with what audits it: %s', async (configured) => {
    const hours = { name: `${testTable}_hours`, parameters: { 'glueless.kind': 'hours' } };
    const { lake, settings } = await openAs('hive', configured, hours);
    await expect(requireFormat(lake, settings)).rejects.toMatchObject({
      code: 'TABLE_MISMATCH',
      message: expect.stringContaining(`the table of hours of ${testTable}`),
      hint: expect.stringContaining(`set LAKE_TABLE=${testTable}`),
    });
  });
});
