import { describe, expect, it } from 'vitest';
import { planSelection } from '../../../src/commands/plan-selection.ts';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { removeExpired } from '../../../src/consumer/maintain/hive/remove-expired.ts';
import type { UpkeepEvent } from '../../../src/consumer/maintain/upkeep.ts';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import { planReplay } from '../../../src/consumer/replay/replay-plan.ts';
import { positionsOf } from '../../../src/consumer/snapshot/table-positions.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { createColumnEncoder } from '../../../src/parquet/column-encoder.ts';
import { adopt, adoptedName, goOn, openBoth, withIceberg } from '../../support/adopted-lake.ts';
import { AuditedLake } from '../../support/audited-lake.ts';
import { jsonRecords, testTimestampMs } from '../../support/chunks.ts';
import { loadTable } from '../../support/iceberg-lake.ts';
import { visibleOffsets } from '../../support/iceberg-service.ts';
import { audit, createTestTools, testPath, testTable, testTopic } from '../../support/lake.ts';
import { mergeLake } from '../../support/merge-lake.ts';
import { run, topicOf } from '../../support/run-service.ts';

const name = adoptedName;
const policy = { rowsMax: 100, bytesMax: 1e6, ageMaxMs: 1000 };

describe('a Hive table that becomes an Iceberg table beside it', () => {
  it('has the same rows by metadata alone, dead letters too, and the service goes on where it ended', async () => {
    const both = await openBoth();
    const { lake, hive } = both;
    const topic = topicOf(2, 50);
    topic.append(0, ...jsonRecords('no JSON', { n: 1, place: { lat: 1 } }));
    await run(topic, hive);
    const keys = async () => (await Array.fromAsync(lake.store.list(''))).map(({ key }) => key);
    const before = await keys();
    expect(await adopt(both)).toMatchObject([
      { name, rows: 101, isKnown: false },
      { name: `${name}_dead_letters`, rows: 1, isKnown: false },
    ]);
    const added = (await keys()).filter((key) => !before.includes(key));
    expect(added.filter((key) => key.endsWith('.parquet'))).toEqual([]);
    expect(await visibleOffsets(lake, name)).toHaveLength(101);
    const { metadata } = await loadTable(lake, name);
    expect(positionsOf(metadata, testTopic)).toEqual(
      new Map([
        [0, 52n],
        [1, 50n],
      ]),
    );
    expect(metadata.properties['gc.enabled']).toBe('false');
    expect((await audit(lake, topic, { table: name, iceberg: lake.iceberg })).findings).toEqual([]);

    topic.append(0, ...jsonRecords({ n: 2, humidity: 40 }));
    topic.append(1, ...jsonRecords({ n: 3 }, 'no JSON either'));
    await goOn(topic, lake);
    const offsets = await visibleOffsets(lake, name);
    expect(offsets).toHaveLength(103);
    expect(new Set(offsets).size).toBe(103);
    expect(await visibleOffsets(lake, `${name}_dead_letters`)).toEqual(['0/50', '1/51']);
    const report = await audit(lake, undefined, { table: name, iceberg: lake.iceberg });
    expect(report.findings).toEqual([]);
    expect((await audit(hive)).findings).toEqual([]);
  });

  it('has no rows of days that were removed before, and keeps its files from being removed', async () => {
    const both = await openBoth();
    const { lake, hive } = both;
    const topic = topicOf(1, 10);
    topic.append(0, { value: '{"n":10}', timestampMs: testTimestampMs - 86_400_000 });
    await run(topic, hive);
    const events: UpkeepEvent[] = [];
    const expire = (before: string): Promise<void> =>
      removeExpired({
        ...hive,
        ledger: new Ledger(hive.store),
        table: testTable,
        nowMs: testTimestampMs,
        before,
        upkeep: { isDryRun: false },
        observe: (event) => events.push(event),
      });
    await expire('2026-11-23');
    expect(events).toMatchObject([{ kind: 'partitions-removed', partitions: 1, files: 1, rows: 1 }]);
    expect(await adopt(both)).toMatchObject([{ name, rows: 10 }]);
    expect(await visibleOffsets(lake, name)).toHaveLength(10);
    expect((await audit(lake, topic, { table: name, iceberg: lake.iceberg })).findings).toEqual([]);
    await expect(expire('2026-11-23')).rejects.toThrow(/shares its files/);
    expect(await visibleOffsets(lake, name)).toHaveLength(10);
  });

  it('begins where the old one ends, also for a replay before its first batch, and for partitions without one', async () => {
    const both = await openBoth();
    const topic = topicOf(2, 0);
    const ledger = new Ledger(both.hive.store);
    const notedAt = new Date(testTimestampMs).toISOString();
    await ledger.noteStart(testPath(1), { from: 5n, notedAt, chosen: 'latest' });
    topic.append(0, ...jsonRecords({ n: 1 }, { n: 2 }));
    await run(topic, both.hive);
    await adopt(both);
    topic.append(0, ...jsonRecords({ n: 3 }));
    const start = await ledger.topicStart({ table: name, topic: testTopic }, async () => undefined);
    expect(start?.from).toEqual(
      new Map([
        [0, 2n],
        [1, 5n],
      ]),
    );
    const plan = async (fromOffset: bigint, toOffset: bigint) =>
      planSelection(
        { all: false, partition: 0, fromOffset, toOffset },
        {
          reader: topic,
          ledger,
          description: await topic.describe(),
          table: name,
          topic: testTopic,
          groupId: 'g',
          beginsAnywhere: false,
        },
      );
    expect(await plan(0n, 1n)).toMatchObject([
      { kind: 'leave', range: { from: 0n, to: 1n }, why: `it is in the files of ${testTable} that were adopted` },
    ]);
    expect(await plan(1n, 3n)).toMatchObject([
      { kind: 'leave', range: { from: 1n, to: 2n } },
      { kind: 'write', range: { from: 2n, to: 3n } },
    ]);
  });

  it('keeps its files from being replaced, also by a replay that has begun before', async () => {
    const both = await openBoth();
    const topic = topicOf(1, 30);
    await run(topic, both.hive);
    const ledger = new Ledger(both.hive.store);
    const tools = createTestTools(both.hive);
    const [current] = await Array.fromAsync(ledger.entries(testPath()));
    const [item] = planReplay(
      { partition: 0, from: 0n, to: 30n },
      current === undefined ? [] : [current],
      topic.marksOf(0),
    );
    await adopt(both);
    const { signal } = new AbortController();
    const replayed = async () => item && replayItem(item, { reader: topic, tools, policy, signal });
    await expect(replayed()).rejects.toMatchObject({
      code: 'TABLE_MISMATCH',
      message: expect.stringMatching(/^no more replay or redrive can change readings: it shares its files/),
      hint: expect.stringContaining('replay --table'),
    });
    expect(await visibleOffsets(both.lake, name)).toHaveLength(30);
    expect((await audit(both.hive, topic)).findings).toEqual([]);
  });

  it('has each row once when its files were merged: by the merged file, and by objects that came since', async () => {
    const both = await openBoth();
    const { lake, hive } = both;
    const topic = topicOf(2, 50);
    await run(topic, hive);
    topic.append(0, ...jsonRecords({ n: 50 }));
    await run(topic, hive);
    await mergeLake(hive.store);
    await mergeLake(hive.store, { orphansBeforeMs: Infinity });
    expect(await Array.fromAsync(hive.store.list(`${testTable}/`))).toEqual([]);
    topic.append(1, ...jsonRecords({ n: 51 }));
    await run(topic, hive);
    expect(await adopt(both)).toMatchObject([{ name, files: 2, rows: 102 }]);
    const offsets = await visibleOffsets(lake, name);
    expect(offsets).toHaveLength(102);
    expect(new Set(offsets).size).toBe(102);
    expect((await audit(lake, topic, { table: name, iceberg: lake.iceberg })).findings).toEqual([]);
    expect(await mergeLake(hive.store)).toMatchObject([{ kind: 'not-merged' }]);
    expect(await visibleOffsets(lake, name)).toHaveLength(102);
  });

  it('is refused while a merged file has rows that were replaced since, and adopted once it was written again', async () => {
    const lake = await AuditedLake.open();
    const both = withIceberg(lake.lake);
    await mergeLake(lake.lake.store);
    await mergeLake(lake.lake.store, { orphansBeforeMs: Infinity });
    await lake.replay({ partition: 0, from: 0n, to: 20n });
    await expect(adopt(both)).rejects.toMatchObject({
      code: 'TABLE_MISMATCH',
      hint: expect.stringContaining('glueless maintain'),
    });
    await mergeLake(lake.lake.store);
    expect(await adopt(both)).toMatchObject([{ rows: 72 }, {}]);
  });

  it('is adopted once', async () => {
    const both = await openBoth();
    await run(topicOf(1, 30), both.hive);
    await adopt(both);
    expect(await adopt(both)).toMatchObject([{ isKnown: true }]);
    expect(await visibleOffsets(both.lake, name)).toHaveLength(30);
  });

  it('is adopted with what has come since where a process died before it took anything in', async () => {
    const both = await openBoth();
    const topic = topicOf(1, 30);
    await run(topic, both.hive);
    const { iceberg } = both.lake;
    const dying = {
      load: (table: string) => iceberg.load(table),
      create: iceberg.create.bind(iceberg),
      commit: async (): Promise<never> => {
        throw new Error('killed');
      },
    };
    await expect(adopt(both, dying)).rejects.toThrow('killed');
    topic.append(0, ...jsonRecords({ n: 30 }));
    await run(topic, both.hive);
    expect(await adopt(both)).toMatchObject([{ rows: 31, isKnown: false }]);
    expect(await visibleOffsets(both.lake, name)).toHaveLength(31);
    expect((await audit(both.lake, topic, { table: name, iceberg })).findings).toEqual([]);
  });

  it('is adopted as it was decided first where a process died after it took rows in, and before the dead letters', async () => {
    const both = await openBoth();
    const topic = topicOf(1, 30);
    topic.append(0, ...jsonRecords('no JSON'));
    await run(topic, both.hive);
    const { iceberg } = both.lake;
    const commit: typeof iceberg.commit = async (base, change) => {
      if (base.name !== name) throw new Error('killed');
      return iceberg.commit(base, change);
    };
    await expect(adopt(both, { ...iceberg, commit })).rejects.toThrow('killed');
    topic.append(0, ...jsonRecords({ n: 31 }));
    await run(topic, both.hive);
    expect(await adopt(both)).toMatchObject([
      { rows: 30, isKnown: true },
      { rows: 1, isKnown: false },
    ]);
    await goOn(topic, both.lake);
    expect(await visibleOffsets(both.lake, name)).toHaveLength(31);
    expect((await audit(both.lake, topic, { table: name, iceberg })).findings).toEqual([]);
  });

  it('is refused for files with times in milliseconds', async () => {
    const both = await openBoth();
    const encoder = createColumnEncoder({ codec: 'zstd', rowGroupRows: 100, timestamps: 'millis' });
    const tools = createTestTools({ ...both.hive, writer: { encoder } });
    const topic = topicOf(1, 5);
    await run(topic, both.hive, { tools });
    await expect(adopt(both)).rejects.toMatchObject({
      code: 'TABLE_MISMATCH',
      message: expect.stringContaining('milliseconds'),
    });
    // nothing is left of it: the table goes on, and is adopted with what it has then
    expect(Object.keys((await both.hive.catalog.load(testTable))?.parameters ?? {})).not.toContain(
      'glueless.adopted-by',
    );
    topic.append(0, ...jsonRecords({ n: 5 }, { n: 6 }, { n: 7 }));
    await run(topic, both.hive);
    const [current] = await Array.fromAsync(tools.ledger.entries(testPath()));
    const plan = planReplay(
      { partition: 0, from: 0n, to: 5n },
      current === undefined ? [] : [current],
      topic.marksOf(0),
    );
    const options = { reader: topic, tools: createTestTools(both.hive), policy, signal: new AbortController().signal };
    for (const item of plan) await replayItem(item, options);
    expect(await adopt(both)).toMatchObject([{ rows: 8, isKnown: false }]);
  });

  it.each([testTable, `${testTable}_dead_letters`])(
    'is refused for a damaged file of %s, which is named and can be replayed, and adopted then',
    async (folder) => {
      const both = await openBoth();
      const topic = topicOf(1, 5);
      topic.append(0, ...jsonRecords('no JSON'));
      await run(topic, both.hive);
      const [object = { key: '' }] = await Array.fromAsync(both.hive.store.list(`${folder}/`));
      await both.hive.store.put(object.key, Buffer.from('PAR1'));
      await expect(adopt(both)).rejects.toMatchObject({
        code: 'OBJECT_UNREADABLE',
        message: expect.stringContaining(`${object.key} can't be taken in`),
      });
      const tools = createTestTools(both.hive);
      const entries = await Array.fromAsync(tools.ledger.entries(testPath()));
      const options = { reader: topic, tools, policy, signal: new AbortController().signal };
      for (const item of planReplay({ partition: 0, from: 0n, to: 6n }, entries, topic.marksOf(0)))
        await replayItem(item, options);
      expect(await adopt(both)).toMatchObject([{ rows: 5 }, { rows: 1 }]);
    },
  );

  it('keeps its mark where it may still have become part of the new table', async () => {
    const both = await openBoth();
    await run(topicOf(1, 5), both.hive);
    const { iceberg } = both.lake;
    const silent = new PipelineError('CATALOG_UNAVAILABLE', { message: 'no answer', retryable: true });
    for (const arrives of [false, true]) {
      const commit: typeof iceberg.commit = async (...given) => {
        const isAppend = given[1].updates.some(({ action }) => action === 'add-snapshot');
        if (arrives && !isAppend) return iceberg.commit(...given);
        if (arrives) await iceberg.commit(...given);
        throw silent;
      };
      await expect(adopt(both, { ...iceberg, commit })).rejects.toBe(silent);
      expect((await both.hive.catalog.load(testTable))?.parameters).toMatchObject({ 'glueless.adopted-by': name });
    }
    expect(await adopt(both)).toMatchObject([{ rows: 5, isKnown: true }]);
  });

  it('is refused under the name of a table that has a ledger already', async () => {
    const both = await openBoth();
    await run(topicOf(1, 5), both.hive);
    const ledger = new Ledger(both.lake.store);
    const from = new Map([[0, 3n]]);
    await ledger.topicStart({ table: name, topic: testTopic }, async () => ({
      chosen: 'latest',
      decidedAt: new Date().toISOString(),
      from,
    }));
    await expect(adopt(both)).rejects.toMatchObject({ code: 'TABLE_MISMATCH' });
  });
});
