import { describe, expect, it } from 'vitest';
import type { CommitTools } from '../../../src/consumer/commit/tools/commit-tools.ts';
import {
  stepNames,
  type PipelineObserver,
  type StepName,
} from '../../../src/consumer/commit/tools/pipeline-observer.ts';
import { writeFile } from 'node:fs/promises';
import type { ObjectStore } from '../../../src/consumer/ports/lake.ts';
import { explainFileError } from '../../../src/lake/store/explain-file-error.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { FakeSource, FakeTopic } from '../../fakes/fake-topic.ts';
import { testTimestampMs, type TestRecord } from '../../support/chunks.ts';
import { acknowledgeGaps } from '../../../src/consumer/ledger/acknowledge-gaps.ts';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { audit, openTestLake, readRows, testTable, testTopic, type TestLake } from '../../support/lake.ts';
import { run, testPolicy } from '../../support/run-service.ts';

function readings(count: number, from = 0): TestRecord[] {
  return Array.from({ length: count }, (_, at): TestRecord => {
    const index = from + at;
    if (index % 17 === 5) return { value: '{"broken":' };
    if (index % 23 === 7) return { value: null };
    const temperature = index % 11 === 3 ? `${36 + index / 1000} °C` : 36 + index / 1000;
    const eventTime = new Date(testTimestampMs + index * 60_000).toISOString();
    return { value: JSON.stringify({ patientId: `p${index % 5}`, temperature, eventTime }) };
  });
}

interface RunOptions {
  readonly observer?: PipelineObserver;
  readonly chunkRecords?: number;
  readonly rowsMax?: number;
  readonly assignment?: readonly number[];
}

async function consumeToEnd(
  topic: FakeTopic,
  lake: TestLake,
  { observer, chunkRecords, rowsMax, assignment }: RunOptions = {},
): Promise<CommitTools> {
  return run(topic, lake, {
    source: new FakeSource(topic, { ...(chunkRecords && { chunkRecords }), ...(assignment && { assignment }) }),
    policy: { ...testPolicy, ...(rowsMax && { rowsMax }) },
    ...(observer && { observer }),
  });
}

/** Every record is a row, a dead letter or a tombstone, once; the audit agrees. */
async function expectExactlyOnce(topic: FakeTopic, lake: TestLake): Promise<void> {
  const { findings, partitions } = await audit(lake, topic);
  expect(findings).toEqual([]);
  const rows = await readRows(lake);
  const rejected = await readRows(lake, 'readings_dead_letters');
  const found = [...rows, ...rejected].map((row) => `${String(row['kafka_partition'])}/${String(row['kafka_offset'])}`);
  expect(new Set(found).size).toBe(found.length);
  const total = topic.partitions.reduce((sum, partition) => sum + Number(topic.marksOf(partition).high), 0);
  const tombstones = partitions.reduce((sum, each) => sum + each.tombstones, 0);
  expect(found.length + tombstones).toBe(total);
}

class Crash extends Error {}

/** Fails at the nth time that a step is reached, as a process that dies there. */
function crashAt(name: StepName, phase: 'before' | 'after', times = 1): PipelineObserver {
  let left = times;
  return {
    step: (step, when) => {
      if (step === name && when === phase && --left === 0) throw new Crash(`${phase} ${name}`);
    },
  };
}

describe('exactly once', () => {
  it('holds on the straight way', async () => {
    const topic = new FakeTopic(3);
    for (const partition of topic.partitions) topic.append(partition, ...readings(100));
    const lake = await openTestLake();
    await consumeToEnd(topic, lake);
    await expectExactlyOnce(topic, lake);
  });

  for (const phase of ['before', 'after'] as const) {
    for (const name of stepNames) {
      it(`holds when a process dies ${phase} the step ${name} and another one, that cuts elsewhere, goes on`, async () => {
        const topic = new FakeTopic(2);
        for (const partition of topic.partitions) topic.append(partition, ...readings(60));
        const lake = await openTestLake();
        await expect(consumeToEnd(topic, lake, { observer: crashAt(name, phase, 2) })).rejects.toThrow(Crash);
        for (const partition of topic.partitions) topic.append(partition, ...readings(30, 60));
        await consumeToEnd(topic, lake, { chunkRecords: 7, rowsMax: 40 });
        await expectExactlyOnce(topic, lake);
      });
    }
  }

  it('holds when the group forgets its offsets, or never had any', async () => {
    const topic = new FakeTopic(1);
    topic.append(0, ...readings(60));
    const lake = await openTestLake();
    await consumeToEnd(topic, lake);
    topic.commits.clear();
    topic.append(0, ...readings(40, 60));
    await consumeToEnd(topic, lake, { rowsMax: 33 });
    await expectExactlyOnce(topic, lake);
  });

  it('holds when two processes write the same partitions at the same time', async () => {
    const topic = new FakeTopic(2);
    for (const partition of topic.partitions) topic.append(partition, ...readings(200));
    const lake = await openTestLake();
    await Promise.all([
      consumeToEnd(topic, lake, { rowsMax: 13 }),
      consumeToEnd(topic, lake, { rowsMax: 29, chunkRecords: 3 }),
      consumeToEnd(topic, lake, { rowsMax: 7, chunkRecords: 20 }),
    ]);
    await expectExactlyOnce(topic, lake);
  });

  it('holds when the disk is full for a while', async () => {
    const topic = new FakeTopic(2);
    for (const partition of topic.partitions) topic.append(partition, ...readings(60));
    const lake = await openTestLake();
    let refusals = 0;
    const put: ObjectStore['put'] = async (key, bytes, condition) => {
      if (refusals++ % 3 !== 0) return lake.store.put(key, bytes, condition);
      // the operating system's own answer of a full disk
      return writeFile('/dev/full', bytes).then(
        () => ({ kind: 'refused' as const }),
        (error: unknown) => {
          throw explainFileError(error, key);
        },
      );
    };
    const codes = new Set<string>();
    const observer: PipelineObserver = {
      retrying: (_step, error) => codes.add(error instanceof PipelineError ? error.code : ''),
    };
    await consumeToEnd(topic, { ...lake, store: { ...lake.store, put } }, { observer });
    expect([...codes]).toEqual(['STORE_FULL']);
    await expectExactlyOnce(topic, lake);
  });

  it('records what Kafka lost as a gap, says so, and goes on behind it', async () => {
    const topic = new FakeTopic(1);
    topic.append(0, ...readings(30));
    const lake = await openTestLake();
    await consumeToEnd(topic, lake);
    topic.append(0, ...readings(50, 30));
    topic.deleteBelow(0, 45n);
    const gaps: string[] = [];
    await consumeToEnd(topic, lake, { observer: { gap: ({ from, to }) => gaps.push(`${from}-${to}`) } });
    expect(gaps).toEqual(['30-45']);
    const { findings, partitions } = await audit(lake, topic);
    expect(findings.map(({ problem }) => problem)).toEqual(['gap']);
    expect(partitions.map(({ from, to, gapOffsets }) => [from, to, gapOffsets])).toEqual([[0n, 80n, 15n]]);
    const acknowledge = () =>
      acknowledgeGaps(new Ledger(lake.store), {
        table: testTable,
        topic: testTopic,
        acknowledgedAt: new Date().toISOString(),
      });
    expect(await acknowledge()).toBe(1);
    expect(await acknowledge()).toBe(0);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('refuses a topic that was deleted and made again', async () => {
    const lake = await openTestLake();
    const before = new FakeTopic(1);
    before.append(0, ...readings(30));
    await consumeToEnd(before, lake);
    const shorter = new FakeTopic(1);
    shorter.append(0, ...readings(10));
    await expect(consumeToEnd(shorter, lake)).rejects.toMatchObject({ code: 'TOPIC_RECREATED' });
    const other = new FakeTopic(1);
    other.append(0, ...readings(60, 1000));
    await expect(consumeToEnd(other, lake)).rejects.toMatchObject({ code: 'TOPIC_RECREATED' });
  });
});
