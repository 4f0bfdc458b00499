import { describe, expect, it } from 'vitest';
import { recordGap } from '../../../src/consumer/commit/gap/record-gap.ts';
import type { CommitTools } from '../../../src/consumer/commit/tools/commit-tools.ts';
import { replayGroup } from '../../../src/consumer/replay/replay.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { addIceberg, openIcebergLake, type IcebergTestLake } from '../../support/iceberg-lake.ts';
import { commitRows, createIcebergTools, visibleOffsets } from '../../support/iceberg-service.ts';
import { audit, createTestTools, openTestLake, readOffsets, testPath, type TestLake } from '../../support/lake.ts';
import { mortalStore } from '../../support/mortal-store.ts';
import { planRange } from '../../support/plan-range.ts';

const gap = { from: 20n, to: 40n };

async function replay(
  tools: CommitTools,
  topic: FakeTopic,
  { from = 0n, to = topic.marksOf(0).high, rowsMax = 20 } = {},
): Promise<string[]> {
  const { signal } = new AbortController();
  const plan = await planRange(tools, topic, { from, to });
  const policy = { rowsMax, bytesMax: 1e6, ageMaxMs: 1000 };
  const results = await replayGroup(plan, { reader: topic, tools, policy, signal });
  return plan.map(({ kind }, at) => {
    const result = results[at];
    return result?.kind === 'left' ? `${kind}: ${result.why}` : kind;
  });
}

/** Batches of 20 records, of which somebody has skipped the second. */
async function skippedIn<Lake extends TestLake>(lake: Lake, tools: CommitTools, isAcknowledged = true) {
  const topic = new FakeTopic(1);
  topic.append(0, ...jsonRecords(...Array.from({ length: 20 }, (_, n) => ({ n }))));
  await replay(tools, topic);
  topic.append(0, ...jsonRecords(...Array.from({ length: 40 }, (_, n) => ({ n: n + 20 }))));
  await recordGap({ partition: 0, ...gap, why: 'a mistake', isAcknowledged }, tools);
  await replay(tools, topic, { from: 40n });
  return { lake, topic, tools };
}

async function skippedLake(isAcknowledged?: boolean) {
  const lake = await openTestLake();
  return skippedIn(lake, createTestTools(lake), isAcknowledged);
}

const offsets = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

describe('a gap that a replay names', () => {
  it.each([20, 7])('is written while Kafka holds it, %i rows at a time', async (rowsMax) => {
    const { lake, topic, tools } = await skippedLake();
    expect(await replay(tools, topic, { ...gap, rowsMax })).toEqual(['take-back']);
    expect(await readOffsets(lake)).toEqual(offsets(0, 60));
    for (const deep of [true, false]) expect((await audit(lake, topic, { deep })).findings).toEqual([]);
    expect(await tools.ledger.get(testPath(), 20n)).toMatchObject({
      entry: { state: 'committed', outcome: { records: 20, lastRecord: { offset: 39n } } },
    });
    expect(await replay(tools, topic, gap)).toEqual(['replace']);
    expect(await readOffsets(lake)).toEqual(offsets(0, 60));
  });

  it('is left by a replay of more or less than it, which prints the one that writes it', async () => {
    const { lake, topic, tools } = await skippedLake();
    const left =
      'leave: a mistake; Kafka holds records of it: glueless replay --partition 0 --from-offset 20 --to-offset 40 writes them';
    expect(await replay(tools, topic)).toEqual(['replace', left, 'replace']);
    expect(await replay(tools, topic, { from: 21n, to: 40n })).toEqual([left]);
    expect(await readOffsets(lake)).toEqual([...offsets(0, 20), ...offsets(40, 60)]);
  });

  it('stays lost where Kafka no longer holds it', async () => {
    const { topic, tools } = await skippedLake();
    topic.deleteBelow(0, 40n);
    expect(await replay(tools, topic, gap)).toEqual(['leave: a mistake']);
  });

  it.each([true, false])('stays lost as far as Kafka has passed it; acknowledged: %s', async (isAcknowledged) => {
    const { lake, topic, tools } = await skippedLake(isAcknowledged);
    topic.deleteBelow(0, 25n);
    expect(await replay(tools, topic, gap)).toEqual(['take-back']);
    expect(await readOffsets(lake)).toEqual([...offsets(0, 20), ...offsets(25, 60)]);
    const { findings } = await audit(lake, topic);
    expect(findings.map(({ problem, where }) => `${problem} ${where}`)).toEqual(isAcknowledged ? [] : ['gap [20, 25)']);
  });

  it('stays as it is where its records can’t be read', async () => {
    const { lake, topic, tools } = await skippedLake();
    topic.damage({ partition: 0, from: 30n, to: 35n });
    await expect(replay(tools, topic, { ...gap, rowsMax: 7 })).rejects.toMatchObject({ code: 'RECORDS_UNREADABLE' });
    expect((await tools.ledger.get(testPath(), 20n))?.entry.state).toBe('gap');
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it.each([false, true])(
    'is written or stays lost where the process dies anywhere; Kafka passes it: %s',
    async (isPassed) => {
      for (let nth = 1; nth < 9; nth++) {
        const { lake, topic, tools } = await skippedLake(false);
        const store = mortalStore(lake.store, nth, 'after');
        await replay(createTestTools({ ...lake, store }), topic, { ...gap, rowsMax: 7 }).catch(() => {});
        if (isPassed) topic.deleteBelow(0, 40n);
        await replay(tools, topic, gap);
        const found = await readOffsets(lake);
        const isWritten = found.length === 60;
        expect(isWritten || isPassed).toBe(true);
        expect(found).toEqual(isWritten ? offsets(0, 60) : [...offsets(0, 20), ...offsets(40, 60)]);
        const { findings } = await audit(lake, topic);
        expect(findings.map(({ problem, where }) => `${problem} ${where}`)).toEqual(isWritten ? [] : ['gap [20, 40)']);
      }
    },
  );

  it('is written into an Iceberg table that has passed it, wherever a process dies meanwhile', async () => {
    for (let nth = 1; nth < 14; nth++) {
      const lake: IcebergTestLake = await openIcebergLake();
      const { topic, tools } = await skippedIn(lake, createIcebergTools(lake));
      await commitRows(lake);
      expect(await visibleOffsets(lake)).toHaveLength(40);
      const store = mortalStore(lake.store, nth, 'after');
      await replay(createIcebergTools(addIceberg({ ...lake, store })), topic, gap).catch(() => {});
      await replay(tools, topic, gap);
      expect(await visibleOffsets(lake)).toEqual(
        offsets(0, 60)
          .map((offset) => `0/${offset}`)
          .toSorted(),
      );
      const { findings } = await audit(lake, topic, { iceberg: lake.iceberg, deep: true });
      expect(findings).toEqual([]);
    }
  });
});
