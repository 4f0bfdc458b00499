import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { removeLeftovers } from '../../../src/consumer/maintain/hive/remove-leftovers.ts';
import type { UpkeepEvent } from '../../../src/consumer/maintain/upkeep.ts';
import { adoptedByParameter } from '../../../src/consumer/table/catalog/shared-table.ts';
import { AuditedLake, batchRecords } from '../../support/audited-lake.ts';
import { readRows, testPath, testTable, testTopic } from '../../support/lake.ts';

const whole = 4 * (batchRecords - 2);

/** A replay of the first batch that was killed before it could delete an object of two hours and the dead letters. */
async function doubled(): Promise<{ readonly lake: AuditedLake; readonly left: readonly string[] }> {
  const lake = await AuditedLake.open();
  const { store } = lake.lake;
  const paths = await lake.objects(0, 0);
  const left = paths.map((path) => path.slice(lake.lake.root.length + 1));
  const stored = await Promise.all(left.map((key) => store.get(key)));
  await lake.replay({ partition: 0, from: 0n, to: BigInt(batchRecords) });
  for (const [index, key] of left.entries()) await store.put(key, stored[index]?.bytes ?? Buffer.of());
  expect(await readRows(lake.lake)).toHaveLength(whole + batchRecords - 2);
  return { lake, left };
}

async function tidy(lake: AuditedLake, isDryRun = false): Promise<UpkeepEvent[]> {
  const { store, catalog } = lake.lake;
  const events: UpkeepEvent[] = [];
  const observe = (event: UpkeepEvent): void => void events.push(event);
  const about = { table: testTable, topic: testTopic, upkeep: { isDryRun }, observe };
  await removeLeftovers({ ledger: lake.ledger, store, catalog, ...about });
  return events;
}

describe('what killed replays have left', () => {
  it('is deleted once, and each row is there once', async () => {
    const { lake, left } = await doubled();
    const told = [{ kind: 'orphans-deleted', table: testTable, files: left.length, bytes: expect.any(Number) }];
    expect(await tidy(lake, true)).toEqual(told);
    expect(await readRows(lake.lake)).toHaveLength(whole + batchRecords - 2);
    expect(await tidy(lake)).toEqual(told);
    expect(await readRows(lake.lake)).toHaveLength(whole);
    expect(await lake.problems({ deep: true })).toEqual([]);
    expect(await tidy(lake)).toEqual([]);
  });

  it('stays while what has replaced it is not all there: it may hold the only rows', async () => {
    const { lake, left } = await doubled();
    const [, replaced = ''] = (await lake.objects(0, 0)).filter((path) => path.includes('-g2.'));
    await rm(replaced);
    expect(await tidy(lake)).toEqual([
      { kind: 'left-alone', table: testTable, files: left.length, why: expect.stringContaining('is not all there') },
    ]);
    for (const key of left) expect(await lake.lake.store.head(key)).toBeDefined();
  });

  it('stays while somebody replaces it again', async () => {
    const { lake } = await doubled();
    const path = testPath();
    const found = await lake.ledger.get(path, 0n);
    if (found?.entry.state !== 'committed') throw new Error('the entry is not committed');
    const { entry } = found;
    const { recipe, plan, writer, claimedAt: startedAt } = entry;
    const replacement = { generation: 3, writer, startedAt, recipe, plan, why: 'replay' as const };
    await lake.ledger.replace(found, { ...entry, state: 'replacing', replacement });
    expect(await tidy(lake)).toEqual([]);
    expect(await readRows(lake.lake)).toHaveLength(whole + batchRecords - 2);
  });

  it('stays where an Iceberg table has taken in the files', async () => {
    const { lake } = await doubled();
    const { catalog } = lake.lake;
    const table = await catalog.load(testTable);
    const parameters = { [adoptedByParameter]: 'readings_iceberg' };
    await catalog.evolve({ table: testTable, expectedVersion: table?.version ?? '', addColumns: [], parameters });
    expect(await tidy(lake)).toEqual([]);
  });

  it('is gone round where an entry can’t be read, which verify names', async () => {
    const { lake, left } = await doubled();
    await lake.lake.store.put(`_ledger/${testTable}/${testTopic}/1/revisions/${'0'.repeat(20)}.json`, Buffer.from('{'));
    expect(await tidy(lake)).toMatchObject([{ kind: 'orphans-deleted', files: left.length }]);
  });
});
