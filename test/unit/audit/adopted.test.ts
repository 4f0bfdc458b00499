import { describe, expect, it } from 'vitest';
import { describePositions } from '../../../src/commands/describe-positions.ts';
import { toJson, toLines } from '../../../src/commands/verify-report.ts';
import { closedName } from '../../../src/consumer/ledger/notes/chain-start.ts';
import { recordGap } from '../../../src/consumer/commit/gap/record-gap.ts';
import { acknowledgeGaps } from '../../../src/consumer/ledger/acknowledge-gaps.ts';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { adopt, adoptedName as name, goOn, openBoth, type TwoTables } from '../../support/adopted-lake.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { audit, createTestTools, testTable, testTopic } from '../../support/lake.ts';
import { run, topicOf } from '../../support/run-service.ts';

const anHourLater = systemClock.nowMs() + 3_600_000;

async function adopted(): Promise<{ both: TwoTables; topic: FakeTopic }> {
  const both = await openBoth();
  const topic = topicOf(1, 30);
  await run(topic, both.hive);
  await adopt(both);
  topic.append(0, ...jsonRecords({ n: 30 }, { n: 31 }, { n: 32 }));
  return { both, topic };
}

describe('the audit of a Hive table that was adopted', () => {
  it('says who goes on, and compares nothing with the broker', async () => {
    const { both, topic } = await adopted();
    topic.addPartition();
    topic.deleteBelow(0, 32n);
    for (const reader of [topic, new FakeTopic(1)]) {
      const report = await audit(both.hive, reader, { nowMs: anHourLater });
      expect(report).toMatchObject({ findings: [], closed: { successor: name }, partitions: [{ partition: 0 }] });
      expect(report.partitions).toHaveLength(1);
      expect(report.partitions[0]?.lag).toBeUndefined();
      const shown = { ...report, table: testTable, topic: testTopic, repaired: [] };
      expect(toLines(shown).join('\n')).toMatch(/closed since .*: the Iceberg table readings_iceberg has adopted/);
      expect(toJson(shown)).toMatchObject({ ok: true, closed: { successor: name } });
    }
  });

  it('names a note of its end that can’t be read', async () => {
    const { both } = await adopted();
    await both.hive.store.put(`_ledger/${testTable}/${testTopic}/starts/${closedName}`, Buffer.from('{'));
    expect((await audit(both.hive)).findings).toMatchObject([{ problem: 'entry-unreadable' }]);
  });
});

describe('the audit of a table that has adopted another', () => {
  it('misses nothing before the first batch, an hour later either, and says whose the older offsets are', async () => {
    const { both, topic } = await adopted();
    const report = await audit(both.lake, topic, { table: name, iceberg: both.lake.iceberg, nowMs: anHourLater });
    expect(report).toMatchObject({ findings: [], partitions: [{ from: 30n, to: 30n, entries: 0, lag: 3n }] });
    const lines = toLines({ ...report, table: name, topic: testTopic, repaired: [] });
    expect(lines).toContain("partition 0: offsets below 30 are readings's, whose files were adopted");
    const ledger = new Ledger(both.lake.store);
    const path = { table: name, topic: testTopic };
    const found = await describePositions(path, { kind: 'earliest' }, { ledger, reader: topic, clock: systemClock });
    expect(found).toBe(
      '1 partitions, 3 records wait to be written; 1 new ones go on where readings ended, whose files were adopted',
    );
  });

  it('finds a loss of that one until it is acknowledged, by this table', async () => {
    const both = await openBoth();
    const topic = topicOf(1, 30);
    const path = { table: testTable, topic: testTopic, partition: 0 };
    topic.deleteBelow(0, 5n);
    const { ledger } = createTestTools(both.hive);
    await ledger.noteStart(path, { from: 0n, notedAt: new Date(0).toISOString() });
    await recordGap({ partition: 0, from: 0n, to: 5n }, createTestTools(both.hive));
    await run(topic, both.hive);
    await adopt(both);
    const options = { table: name, iceberg: both.lake.iceberg, nowMs: anHourLater };
    const { findings } = await audit(both.lake, topic, options);
    expect(findings).toMatchObject([
      { problem: 'gap', where: '[0, 5)', what: expect.stringContaining(`of ${testTable}, whose files were adopted`) },
    ]);
    // an audit of what is younger finds those that were booked since
    expect((await audit(both.lake, topic, { ...options, sinceMs: 0 })).findings).toEqual(findings);
    expect((await audit(both.lake, topic, { ...options, sinceMs: anHourLater })).findings).toEqual([]);
    expect(findings[0]?.action).toMatch(/^glueless verify --acknowledge-gaps/);
    await goOn(topic, both.lake);
    const acknowledgedAt = new Date().toISOString();
    expect(await acknowledgeGaps(ledger, { table: name, topic: testTopic, acknowledgedAt })).toBe(1);
    expect((await audit(both.lake, topic, options)).findings).toEqual([]);
    expect((await audit(both.hive, topic, { nowMs: anHourLater })).findings).toEqual([]);
  });

  it('finds that its entries are gone', async () => {
    const { both, topic } = await adopted();
    await goOn(topic, both.lake);
    const keys = await Array.fromAsync(both.lake.store.list(`_ledger/${name}/${testTopic}/0/`), ({ key }) => key);
    await both.lake.store.delete(keys);
    const options = { table: name, iceberg: both.lake.iceberg, nowMs: anHourLater };
    const { findings } = await audit(both.lake, topic, options);
    expect(findings.map(({ problem }) => problem)).toEqual(['ledger-behind', 'table-rows']);
  });
});
