import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { closedName } from '../../../src/consumer/ledger/notes/chain-start.ts';
import type { ObjectStore } from '../../../src/consumer/ports/lake.ts';
import { takeBackMark } from '../../../src/consumer/adoption/adoption-mark.ts';
import { adopt, adoptedName as name, goOn, openBoth, type TwoTables } from '../../support/adopted-lake.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { addIceberg } from '../../support/iceberg-lake.ts';
import { createSnapshotTools, visibleOffsets } from '../../support/iceberg-service.ts';
import { audit, openTestLake, testTable, testTopic } from '../../support/lake.ts';
import { run, topicOf } from '../../support/run-service.ts';

const topicPath = { table: testTable, topic: testTopic };
const second = { table: 'second' };

/** Adopts the table and dies before it closes the ledger. */
async function adoptAndDie({ lake, hive }: TwoTables): Promise<void> {
  const put: ObjectStore['put'] = async (...given) => {
    if (given[0].endsWith(closedName)) throw new Error('killed');
    return lake.store.put(...given);
  };
  await expect(adopt({ lake: { ...lake, store: { ...lake.store, put } }, hive })).rejects.toThrow('killed');
}

async function markOf({ hive }: TwoTables): Promise<string | undefined> {
  return (await hive.catalog.load(testTable))?.parameters['glueless.adopted-by'];
}

describe('a Hive table that an Iceberg table has adopted', () => {
  it('is refused to another one, which the error says to what is the first, and stays that of the first', async () => {
    const both = await openBoth();
    const topic = topicOf(1, 30);
    await run(topic, both.hive);
    await adopt(both);
    await expect(adopt(both, both.lake.iceberg, second)).rejects.toMatchObject({
      code: 'LEDGER_CLOSED',
      retryable: false,
      message: expect.stringContaining(`the Iceberg table ${name} has adopted the table ${testTable}`),
      hint: expect.stringContaining(`adopt --as ${name}`),
    });
    expect(await both.lake.iceberg.load('second')).toBeUndefined();
    expect(await markOf(both)).toBe(name);
    expect(await adopt(both)).toMatchObject([{ isKnown: true }]);
    topic.append(0, ...jsonRecords({ n: 30 }));
    await goOn(topic, both.lake);
    expect(await visibleOffsets(both.lake, name)).toHaveLength(31);
  });

  it('is refused to another one before its ledger is closed, and where somebody has opened it in part', async () => {
    const both = await openBoth();
    await run(topicOf(1, 30), both.hive);
    await adoptAndDie(both);
    await expect(adopt(both, both.lake.iceberg, second)).rejects.toMatchObject({
      code: 'TABLE_MISMATCH',
      message: expect.stringContaining(`the Iceberg table ${name}`),
      hint: expect.stringContaining(`adopt --as ${name}`),
    });
    await adopt(both);
    await both.hive.store.delete([`_ledger/${testTable}/${testTopic}/starts/${closedName}`]);
    await expect(adopt(both, both.lake.iceberg, second)).rejects.toMatchObject({ code: 'LEDGER_CLOSED' });
    expect(await both.lake.iceberg.load('second')).toBeUndefined();
  });

  it('is refused to the same name in another catalog, which makes no table', async () => {
    const both = await openBoth();
    await run(topicOf(1, 30), both.hive);
    await adoptAndDie(both);
    const other = addIceberg(await openTestLake()).iceberg;
    const refused = { code: 'TABLE_MISMATCH', message: expect.stringContaining('another catalog') };
    await expect(adopt(both, other)).rejects.toMatchObject(refused);
    expect(await other.load(name)).toBeUndefined();
    expect(await markOf(both)).toBe(name);
    expect(await adopt(both)).toMatchObject([{ isKnown: true }]);
  });

  it('is refused to a name of which a ledger is left, and free for another name then', async () => {
    const both = await openBoth();
    await run(topicOf(1, 30), both.hive);
    const { iceberg } = both.lake;
    const tableUuid = 'of a table that was given up';
    const note = Buffer.from(JSON.stringify({ tableUuid, notedAt: new Date().toISOString() }));
    await both.lake.store.put(`_ledger/${name}/${testTopic}/starts/table-${name}.json`, note);
    const refused = { code: 'TABLE_MISMATCH', message: expect.stringContaining('was dropped since') };
    await expect(adopt(both)).rejects.toMatchObject(refused);
    expect(await markOf(both)).toBeUndefined();
    expect(await adopt(both, iceberg, second)).toMatchObject([{ rows: 30 }]);
  });

  it('is that of one table when two adopt it at once', async () => {
    const both = await openBoth();
    await run(topicOf(2, 30), both.hive);
    const outcomes = await Promise.allSettled([adopt(both), adopt(both, both.lake.iceberg, second)]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThan(2);
    const owner = await markOf(both);
    const table = owner ?? name;
    await adopt(both, both.lake.iceberg, { table });
    const others = [name, 'second'].filter((each) => each !== table);
    for (const each of others) {
      const loaded = await both.lake.iceberg.load(each);
      expect(loaded?.metadata.snapshots ?? []).toEqual([]);
    }
    expect(await visibleOffsets(both.lake, table)).toHaveLength(60);
  });

  it('keeps its mark when another of its topics is refused', async () => {
    const both = await openBoth();
    await run(topicOf(1, 30), both.hive);
    await adopt(both);
    const tools = createSnapshotTools(both.lake, { table: name, topic: 'other' });
    await takeBackMark({ source: testTable, hive: both.hive.catalog, tools });
    expect(await markOf(both)).toBe(name);
  });
});

describe('a topic of which a Hive table has no file', () => {
  it('is closed: the old service is refused, and the new table gets all records', async () => {
    const both = await openBoth();
    const topic = topicOf(2, 0);
    await run(topic, both.hive);
    expect(await adopt(both)).toEqual([]);
    topic.append(0, ...jsonRecords({ n: 1 }));
    const ledger = new Ledger(both.hive.store);
    await expect(ledger.requireOpen(topicPath)).rejects.toMatchObject({ code: 'LEDGER_CLOSED' });
    await expect(run(topic, both.hive)).rejects.toMatchObject({ code: 'LEDGER_CLOSED' });
    expect(await adopt(both)).toEqual([]);
    await goOn(topic, both.lake);
    expect(await visibleOffsets(both.lake, name)).toEqual(['0/0']);
    expect((await audit(both.lake, topic, { table: name, iceberg: both.lake.iceberg })).findings).toEqual([]);
  });

  it('goes on where START had let it begin', async () => {
    const both = await openBoth();
    const topic = topicOf(1, 5);
    await run(topic, both.hive, { start: { kind: 'latest' } });
    await adopt(both);
    topic.append(0, ...jsonRecords({ n: 5 }));
    await goOn(topic, both.lake);
    expect(await visibleOffsets(both.lake, name)).toEqual(['0/5']);
  });

  it('is closed behind its tombstones', async () => {
    const both = await openBoth();
    const topic = topicOf(1, 0);
    topic.append(0, { value: null }, { value: null });
    await run(topic, both.hive);
    expect(await both.hive.catalog.load(testTable)).toBeUndefined();
    expect(await adopt(both)).toEqual([]);
    topic.append(0, ...jsonRecords({ n: 2 }));
    await expect(run(topic, both.hive)).rejects.toMatchObject({ code: 'LEDGER_CLOSED' });
    await goOn(topic, both.lake);
    expect(await visibleOffsets(both.lake, name)).toEqual(['0/2']);
  });

  it('is not closed where the catalog lacks the table, though the ledger lists files', async () => {
    const both = await openBoth();
    await run(topicOf(1, 5), both.hive);
    const elsewhere = { ...both, hive: { ...both.hive, catalog: (await openTestLake()).catalog } };
    await expect(adopt(elsewhere)).rejects.toMatchObject({ code: 'TABLE_MISSING' });
    await new Ledger(both.hive.store).requireOpen(topicPath);
    expect(await adopt(both)).toMatchObject([{ rows: 5 }]);
  });

  it('is adopted after its first row where it has dead letters alone', async () => {
    const both = await openBoth();
    const topic = topicOf(1, 0);
    topic.append(0, ...jsonRecords('no JSON'));
    await run(topic, both.hive);
    const refused = { code: 'TABLE_MISMATCH', message: expect.stringContaining('dead letters and no row yet') };
    await expect(adopt(both)).rejects.toMatchObject(refused);
    topic.append(0, ...jsonRecords({ n: 1 }));
    await run(topic, both.hive);
    expect(await adopt(both)).toMatchObject([{ rows: 1 }, { rows: 1 }]);
  });
});
