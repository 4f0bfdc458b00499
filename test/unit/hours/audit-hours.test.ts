import { expect, it } from 'vitest';
import { auditHours } from '../../../src/hours/audit-hours.ts';
import { hoursTableName } from '../../../src/hours/hours-table.ts';
import { HourLake } from '../../support/hour-lake.ts';
import { testTable, testTopic } from '../../support/lake.ts';

/** A lake of three hours, each with a change that it filled and one that it was complete. */
async function settledLake() {
  const lake = new HourLake(1);
  for (const hour of ['08', '09', '10']) {
    await lake.write({ rows: { [`2026-11-26T${hour}`]: 3 }, at: `2026-11-26T${hour}:30:00Z` });
    await lake.settle(lake.keeper());
  }
  await lake.write({ rows: { '2026-11-26T11': 3 }, at: '2026-11-26T11:30:00Z' });
  await lake.settle(lake.keeper(), '2026-11-26T11:30:00Z');
  const keys = await Array.fromAsync(lake.store.list(`${hoursTableName(testTable)}/`), ({ key }) => key);
  const keyOf = (change: string): string => keys.find((key) => key.endsWith(`T${change}.parquet`)) ?? '';
  const find = async (since?: string) =>
    (await auditHours({ store: lake.store, table: testTable, topic: testTopic, ...(since && { since }) })).map(
      ({ problem, where }) => [problem, where],
    );
  return { lake, keyOf, find };
}

it('finds nothing where every change has its object, and where nobody settles hours', async () => {
  const { find } = await settledLake();
  expect(await find()).toEqual([]);
  expect(await auditHours({ store: new HourLake(1).store, table: testTable, topic: testTopic })).toEqual([]);
});

it('finds a change whose object is gone, which settling from that day on writes again', async () => {
  const { lake, keyOf, find } = await settledLake();
  const [old, gone] = [keyOf('08-r1'), keyOf('09-r2')];
  await lake.store.delete([gone]);
  expect(await find()).toEqual([['hour-missing', gone]]);
  expect(await find('2026-11-26T09')).toEqual([['hour-missing', gone]]);
  expect(await find('2026-11-26T10')).toEqual([]);
  await lake.keeper().settle('2026-11-26T00');
  expect(await find()).toEqual([]);
  // as a rule of the store for what is old does
  await lake.store.delete([old]);
  expect(await find()).toEqual([]);
});

it('finds an object of a change that the document of its hour does not have', async () => {
  const { lake, keyOf, find } = await settledLake();
  await lake.store.delete([`_hours/${testTable}/${testTopic}/2026-11-26T09.json`]);
  expect(await find()).toEqual([
    ['hour-unnoted', keyOf('09-r1')],
    ['hour-unnoted', keyOf('09-r2')],
  ]);
});

it('finds a document that can’t be read', async () => {
  const { lake, find } = await settledLake();
  const key = `_hours/${testTable}/${testTopic}/2026-11-26T09.json`;
  await lake.store.delete([key]);
  await lake.store.put(key, Buffer.from('{'));
  expect(await find()).toEqual([['hour-unreadable', key]]);
});
