import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/runtime/clock.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { openIcebergLake, type IcebergTestLake } from '../../support/iceberg-lake.ts';
import { commitRows, createIcebergTools } from '../../support/iceberg-service.ts';
import { audit, testTable, testTopic } from '../../support/lake.ts';
import { maintainLake } from '../../support/maintain-lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

const otherTopic = 'wards';

/** A service of one topic, whose settings know of no other, writes two batches of so many rows each. */
async function serve(lake: IcebergTestLake, topic: string, rows: number): Promise<void> {
  const writer = { topic, tellsTopic: true };
  const tools = { ...createIcebergTools(lake, {}, { writer, recipe: { recordParts: ['topic'] } }), topic };
  const batch = jsonRecords(
    ...Array.from({ length: rows }, (_, n) => ({ n, topic, eventTime: '2026-11-23T08:00:00Z' })),
  );
  await writeBatches(tools, [batch, batch]);
  await commitRows(lake, { topic });
}

async function openSharedLake(): Promise<IcebergTestLake> {
  const lake = await openIcebergLake();
  await serve(lake, testTopic, 2);
  await serve(lake, otherTopic, 3);
  return lake;
}

async function findingsOf(
  { iceberg, ...lake }: IcebergTestLake,
  topic: string,
  deep: boolean,
): Promise<readonly unknown[]> {
  const nowMs = systemClock.nowMs() + 3_600_000;
  return (await audit(lake, undefined, { iceberg, topic, deep, nowMs })).findings;
}

async function expectFine(lake: IcebergTestLake): Promise<void> {
  for (const topic of [testTopic, otherTopic])
    for (const deep of [false, true]) expect(await findingsOf(lake, topic, deep)).toEqual([]);
}

describe('an Iceberg table that services of one topic each share', () => {
  it('is audited for each of them, whose files are no rows too many for the other', async () => {
    await expectFine(await openSharedLake());
  });

  it('is merged for each of them by itself, and audited as before', async () => {
    const lake = await openSharedLake();
    expect(await maintainLake(lake)).toMatchObject([{ kind: 'merged', table: testTable, files: 2, rows: 4 }]);
    await expectFine(lake);
    const events = await maintainLake(lake, {}, { topic: otherTopic });
    expect(events).toMatchObject([{ kind: 'merged', table: testTable, files: 2, rows: 6 }]);
    await expectFine(lake);
  });

  it('leaves a topic alone that has written nothing to it', async () => {
    expect(await findingsOf(await openSharedLake(), 'refused', true)).toEqual([]);
  });
});
