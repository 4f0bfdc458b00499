import { describe, expect, it } from 'vitest';
import { closedName } from '../../../src/consumer/ledger/notes/chain-start.ts';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { commitSnapshot } from '../../../src/consumer/snapshot/commit-snapshot.ts';
import type { ObjectStore } from '../../../src/consumer/ports/lake.ts';
import { adopt, adoptedName, goOn, openBoth, type TwoTables } from '../../support/adopted-lake.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { createSnapshotTools, visibleOffsets } from '../../support/iceberg-service.ts';
import { audit, createTestTools, testPath, testTable, testTopic } from '../../support/lake.ts';
import { run, topicOf } from '../../support/run-service.ts';

const path = testPath();
const refused = {
  code: 'LEDGER_CLOSED',
  retryable: false,
  hint: expect.stringContaining(`TABLE_FORMAT=iceberg LAKE_TABLE=${adoptedName}`),
};

/** The Hive table's store; whoever has it puts the first object that the key fits only once the table is adopted. */
function adoptBefore(both: TwoTables, key: RegExp, content = /^/): ObjectStore {
  const { store } = both.hive;
  let isAdopted = false;
  return {
    ...store,
    put: async (...given) => {
      const isMoment = key.test(given[0]) && content.test(Buffer.from(given[1]).toString('latin1'));
      if (isMoment && !isAdopted) {
        isAdopted = true;
        await adopt(both);
      }
      return store.put(...given);
    },
  };
}

/** All records are in the new table, each once, and its audit agrees. */
async function expectWhole({ lake }: TwoTables, topic: ReturnType<typeof topicOf>, records: number): Promise<void> {
  await goOn(topic, lake);
  const offsets = await visibleOffsets(lake, adoptedName);
  expect(offsets).toHaveLength(records);
  expect(new Set(offsets).size).toBe(records);
  expect((await audit(lake, topic, { table: adoptedName, iceberg: lake.iceberg })).findings).toEqual([]);
}

describe('the ledger of a Hive table that was adopted', () => {
  it('refuses a member that is started again, which writes nothing', async () => {
    const both = await openBoth();
    const topic = topicOf(2, 30);
    await run(topic, both.hive);
    await adopt(both);
    topic.append(0, ...jsonRecords({ n: 30 }));
    await expect(run(topic, both.hive)).rejects.toMatchObject(refused);
    expect((await audit(both.hive)).findings).toEqual([]);
    await expectWhole(both, topic, 61);
  });

  it.each([
    ['claims', /^_ledger.*json$/, /"state":"claimed"/, []],
    ['puts what it has claimed', /^readings\/.*parquet$/, /^/, ['object-unlisted']],
    ['commits what it has put', /^_ledger.*json$/, /"state":"committed"/, ['object-unlisted']],
  ])('refuses a member that was frozen before it %s', async (_what, key, content, problems) => {
    const both = await openBoth();
    const topic = topicOf(1, 20);
    await run(topic, both.hive);
    topic.append(0, ...jsonRecords({ n: 20 }, { n: 21 }));
    const store = adoptBefore(both, key, content);
    const tools = createTestTools({ ...both.hive, store });
    await expect(run(topic, both.hive, { tools })).rejects.toMatchObject(refused);
    const { findings } = await audit(both.hive);
    expect(findings.map(({ problem }) => problem)).toEqual(problems);
    for (const { what } of findings) expect(what).toContain('adopted');
    await expectWhole(both, topic, 22);
  });

  it('refuses to begin a partition that nobody had read, and one that had no records', async () => {
    const both = await openBoth();
    const topic = topicOf(3, 0);
    topic.append(0, ...jsonRecords({ n: 0 }));
    const { store } = both.hive;
    const ledger = new Ledger(store);
    await run(topic, both.hive);
    await store.delete([`_ledger/${testTable}/${testTopic}/starts/2.json`]);
    await adopt(both);
    for (const partition of [1, 2]) topic.append(partition, ...jsonRecords({ n: 1 }));
    await expect(ledger.get({ ...path, partition: 1 }, 0n)).rejects.toMatchObject(refused);
    expect(await ledger.get({ ...path, partition: 2 }, 0n)).toBeUndefined();
    await expect(run(topic, both.hive)).rejects.toMatchObject(refused);
    await expect(ledger.requireOpen(path)).rejects.toMatchObject(refused);
    expect((await audit(both.hive, topic)).findings).toEqual([]);
    await expectWhole(both, topic, 3);
  });

  it('is closed by a second call where the first was killed before, and only once', async () => {
    const both = await openBoth();
    const topic = topicOf(1, 10);
    await run(topic, both.hive);
    const { store } = both.lake;
    const dying = { ...store, put: putUnless(store, /closed\.json$/) };
    await expect(adopt({ ...both, lake: { ...both.lake, store: dying } })).rejects.toThrow('killed');
    expect(await new Ledger(store).get(path, 10n)).toBeUndefined();
    await adopt(both);
    await adopt(both);
    await expect(new Ledger(store).get(path, 10n)).rejects.toMatchObject(refused);
    expect(await new Ledger(store).find(path, 10n)).toBeUndefined();
  });
});

it.each(['', '{"format":3,"state":"closed"}', '{"format":9}'])(
  'a ledger is not taken for open where what closes it says nothing that can be read: %j',
  async (text) => {
    const { hive } = await openBoth();
    await hive.store.put(`_ledger/${testTable}/${testTopic}/starts/${closedName}`, Buffer.from(text));
    const corrupt = { code: 'LEDGER_CORRUPT', details: { key: expect.stringContaining(closedName) } };
    await expect(new Ledger(hive.store).requireOpen(path)).rejects.toMatchObject(corrupt);
  },
);

describe('the ledger of a table that has adopted another', () => {
  it('is not behind the table while nothing has come', async () => {
    const both = await openBoth();
    await run(topicOf(2, 10), both.hive);
    await adopt(both);
    const options = { partitions: [0, 1], entriesMin: 1 };
    const tools = createSnapshotTools(both.lake, { table: adoptedName });
    expect(await commitSnapshot({ name: adoptedName, kind: 'rows' }, options, tools)).toBeUndefined();
  });
});

function putUnless(store: ObjectStore, key: RegExp): ObjectStore['put'] {
  return async (...given) => {
    if (key.test(given[0])) throw new Error('killed');
    return store.put(...given);
  };
}
