import { describe, expect, it } from 'vitest';
import { commitBatch } from '../../../src/consumer/commit/commit-batch.ts';
import type { PipelineObserver, StepName } from '../../../src/consumer/commit/tools/pipeline-observer.ts';
import { adoptedFrom } from '../../../src/consumer/ledger/notes/topic-start.ts';
import { PartitionBuffer } from '../../../src/consumer/batch/partition-buffer.ts';
import { skipRange } from '../../../src/consumer/commit/gap/skip-range.ts';
import { ownPace } from '../../../src/consumer/service/pace.ts';
import { Readiness } from '../../../src/consumer/service/readiness.ts';
import { UnreadablePartitions } from '../../../src/consumer/service/unreadable-partitions.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import type { RecordSource } from '../../../src/consumer/ports/topic.ts';
import { FakeSource, type FakeTopic } from '../../fakes/fake-topic.ts';
import { audit, createTestTools, openTestLake, readRows, type TestLake } from '../../support/lake.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { run, topicOf, type Overrides } from '../../support/run-service.ts';
import { TestClock } from '../../support/test-clock.ts';

class Crash extends Error {}

async function offsetsOf(lake: TestLake, partition: number): Promise<number[]> {
  const rows = await readRows(lake);
  return rows.filter((row) => row['kafka_partition'] === partition).map((row) => Number(row['kafka_offset']));
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

/** Runs the service until a batch up to `end` is committed. */
function stoppingAt(end: bigint): Overrides {
  const stop = new AbortController();
  const observer: PipelineObserver = {
    committed: ({ entry }) => {
      if (entry.to === end) stop.abort();
    },
  };
  return { untilEnd: false, stop: stop.signal, observer };
}

/** Claims the range and dies before anything is written, or before the ledger says so. */
async function claimAndDie(topic: FakeTopic, lake: TestLake, to: bigint, diesBefore: StepName = 'grow'): Promise<void> {
  const observer: PipelineObserver = {
    step: (name, phase) => {
      if (name === diesBefore && phase === 'before') throw new Crash();
    },
  };
  const buffer = new PartitionBuffer(0, 0n);
  buffer.push(topic.chunk({ partition: 0, from: 0n, to }), 0);
  const request = { batch: buffer.cutAt(to), reason: 'age' as const, commitOffset: async () => {} };
  await expect(commitBatch(request, createTestTools({ ...lake, observer }))).rejects.toThrow(Crash);
}

function skip(topic: FakeTopic, lake: TestLake, { from = 33n, to = 40n, partition = 1, waitMs = 20_000 } = {}) {
  const { signal } = new AbortController();
  const request = { partition, from, to, reason: 'a broken disk', waitMs, signal };
  return skipRange(request, { tools: createTestTools(lake), reader: topic });
}

describe('records that can’t be read', () => {
  it('stop their partition only; a run to the end writes the others, and says which and what to do', async () => {
    const topic = topicOf(3, 60);
    topic.damage({ partition: 1, from: 33n, to: 40n });
    const lake = await openTestLake();
    await expect(run(topic, lake)).rejects.toMatchObject({
      code: 'RECORDS_UNREADABLE',
      message: expect.stringContaining("partition 1 can't be read at offsets 33 to 39"),
      hint: "glueless skip --partition 1 --offset 33 --to 40 --reason '<why>'",
    });
    expect(await offsetsOf(lake, 0)).toEqual(range(0, 60));
    expect(await offsetsOf(lake, 1)).toEqual(range(0, 33));
    expect(await offsetsOf(lake, 2)).toEqual(range(0, 60));
  });

  it('are no trouble of a run that ends before them', async () => {
    const topic = topicOf(1, 30);
    const lake = await openTestLake();
    await run(topic, lake, {
      observer: {
        assigned: () => {
          topic.append(0, { value: '{}' });
          topic.damage({ partition: 0, from: 30n, to: 31n });
        },
      },
    });
    expect(await offsetsOf(lake, 0)).toEqual(range(0, 30));
  });

  it('are read when the broker can deliver them again', async () => {
    const topic = topicOf(2, 60);
    topic.damage({ partition: 1, from: 33n, to: 40n });
    const lake = await openTestLake();
    const stop = new AbortController();
    const readable: number[] = [];
    let rows = 0;
    const observer: PipelineObserver = {
      unreadable: () => topic.mend(1),
      readable: (partition) => readable.push(partition),
      committed: ({ entry }) => {
        rows += entry.outcome.rows;
        if (rows === 120) stop.abort();
      },
    };
    await run(topic, lake, { observer, untilEnd: false, stop: stop.signal });
    expect(readable).toEqual([1]);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('of a claim hold no memory, and the claim is written when they can be read', async () => {
    const topic = topicOf(1, 60);
    const lake = await openTestLake();
    await claimAndDie(topic, lake, 50n);
    topic.damage({ partition: 0, from: 33n, to: 40n });
    const held: number[] = [];
    const stop = new AbortController();
    let isMet = false;
    const observer: PipelineObserver = {
      unreadable: () => (isMet = true),
      buffered: (bytes) => {
        if (!isMet) return;
        held.push(bytes);
        topic.mend(0);
      },
      committed: ({ entry }) => {
        if (entry.to === 60n) stop.abort();
      },
    };
    await run(topic, lake, { observer, untilEnd: false, stop: stop.signal, unreadableRetryMs: 300 });
    expect(held[0]).toBe(0);
    expect(await offsetsOf(lake, 0)).toEqual(range(0, 60));
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('may begin behind a hole of the log', async () => {
    const topic = topicOf(1, 60);
    const inner = new FakeSource(topic);
    const source: RecordSource = {
      run: async (handler) => {
        await handler.assigned([{ partition: 0, topicId: topic.id, ...topic.marksOf(0) }]);
        const error = new PipelineError('RECORDS_UNREADABLE', { message: 'a wrong checksum', retryable: false });
        handler.unreadable({ partition: 0, from: 7n, to: 9n, error });
        await new Promise(() => {});
      },
      stop: () => inner.stop(),
      pause: () => {},
      resume: () => {},
      seek: () => {},
      commit: async () => {},
    };
    await expect(run(topic, await openTestLake(), { source, unreadableRetryMs: 60_000 })).rejects.toMatchObject({
      code: 'RECORDS_UNREADABLE',
      hint: expect.stringContaining('--offset 0 --to 9'),
    });
  });

  it('don’t count as a stall, and the service is not ready', async () => {
    const topic = topicOf(2, 0);
    topic.append(1, ...jsonRecords({ n: 1 }, { n: 2 }));
    topic.damage({ partition: 1, from: 0n, to: 2n });
    const lake = await openTestLake();
    const readiness = new Readiness(systemClock, 60_000);
    const stop = new AbortController();
    let polls = 0;
    await run(topic, lake, {
      observer: readiness.observer,
      untilEnd: false,
      stop: stop.signal,
      stallMs: 1,
      pace: ownPace(systemClock, 60),
      onLag: () => {
        if (++polls === 10) stop.abort();
      },
    });
    expect(readiness.problems()).toEqual([
      "partition 1 can't be read from offset 0 on: the record batch at offset 0 of partition 1 has a wrong checksum",
    ]);
  });

  it('are told of at once, every minute, and when they are others', () => {
    const told: bigint[] = [];
    const damages = new UnreadablePartitions({ unreadable: ({ from }) => told.push(from) });
    const clock = new TestClock();
    const error = new PipelineError('RECORDS_UNREADABLE', { message: 'a wrong checksum', retryable: false });
    const meet = (from: bigint): void => damages.met({ partition: 0, from, to: undefined, error }, clock.monotonicMs());
    for (let quarter = 0; quarter < 9; quarter++) {
      meet(7n);
      clock.pass(15_000);
    }
    expect(told).toEqual([7n, 7n, 7n]);
    meet(8n);
    expect(told).toEqual([7n, 7n, 7n, 8n]);
  });
});

describe('glueless skip', () => {
  it('lets the partition pass beside the running service, and the ledger keeps the reason', async () => {
    const topic = topicOf(2, 60);
    topic.damage({ partition: 1, from: 33n, to: 40n });
    const lake = await openTestLake();
    const stop = new AbortController();
    let rows = 0;
    const observer: PipelineObserver = {
      committed: ({ entry }) => {
        rows += entry.outcome.rows;
        if (rows === 113) stop.abort();
      },
    };
    // the command waits until what lies before is written
    const skipped = skip(topic, lake);
    await run(topic, lake, { observer, untilEnd: false, stop: stop.signal });
    expect(await skipped).toMatchObject({ state: 'gap', from: 33n, to: 40n, why: 'a broken disk' });
    expect(await offsetsOf(lake, 1)).toEqual([...range(0, 33), ...range(40, 60)]);
    expect((await audit(lake, topic)).findings).toEqual([]);
    expect(await skip(topic, lake)).toEqual(await skipped);
  });

  it('cuts a claim that can’t be fulfilled', async () => {
    const topic = topicOf(1, 60);
    const lake = await openTestLake();
    await claimAndDie(topic, lake, 50n);
    topic.damage({ partition: 0, from: 33n, to: 40n });
    const skipped = skip(topic, lake, { partition: 0 });
    await run(topic, lake, stoppingAt(60n));
    await skipped;
    expect(await offsetsOf(lake, 0)).toEqual([...range(0, 33), ...range(40, 60)]);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('takes the place of a claim that begins with the damage', async () => {
    const topic = topicOf(1, 60);
    const lake = await openTestLake();
    await claimAndDie(topic, lake, 50n);
    topic.damage({ partition: 0, from: 0n, to: 10n });
    await skip(topic, lake, { partition: 0, from: 0n, to: 10n });
    await run(topic, lake);
    expect(await offsetsOf(lake, 0)).toEqual(range(10, 60));
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('is not needed for a claim whose objects are all there: it is finished', async () => {
    const topic = topicOf(1, 60);
    const lake = await openTestLake();
    await claimAndDie(topic, lake, 50n, 'ledger');
    topic.damage({ partition: 0, from: 0n, to: 10n });
    const skipped = skip(topic, lake, { partition: 0, from: 0n, to: 10n });
    await expect(skipped).rejects.toMatchObject({ message: expect.stringContaining('is finished now') });
    await run(topic, lake);
    expect(await offsetsOf(lake, 0)).toEqual(range(0, 60));
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('takes away what the claim has put in part, also when it is put late', async () => {
    const topic = topicOf(1, 60);
    topic.append(0, { value: '{broken' });
    const lake = await openTestLake();
    await claimAndDie(topic, lake, 61n, 'ledger');
    const [deadLetters = { key: '' }] = await Array.fromAsync(lake.store.list('readings_dead_letters/'));
    await lake.store.delete([deadLetters.key]);
    const [rows = { key: '' }] = await Array.fromAsync(lake.store.list('readings/'));
    const late = await lake.store.get(rows.key);
    topic.damage({ partition: 0, from: 0n, to: 10n });
    await skip(topic, lake, { partition: 0, from: 0n, to: 10n });
    expect(await offsetsOf(lake, 0)).toEqual([]);
    await run(topic, lake);
    expect(await offsetsOf(lake, 0)).toEqual(range(10, 60));
    await lake.store.put(rows.key, late?.bytes ?? Buffer.of());
    expect((await audit(lake, topic)).findings).toMatchObject([{ problem: 'object-obsolete', where: rows.key }]);
  });

  it('refuses what lies before the begin of a table that another one goes before', async () => {
    const topic = topicOf(1, 60);
    const lake = await openTestLake();
    const tools = createTestTools(lake);
    const decidedAt = '2026-11-28T00:00:00.000Z';
    const start = { chosen: adoptedFrom('old_readings'), decidedAt, from: new Map([[0, 40n]]) };
    await tools.ledger.topicStart(tools, async () => start);
    await expect(skip(topic, lake, { partition: 0, from: 0n, to: 10n })).rejects.toMatchObject({
      code: 'SKIP_REFUSED',
      message: expect.stringContaining('everything before 40 is in the ledger already'),
    });
    await skip(topic, lake, { partition: 0, from: 40n, to: 45n });
    await run(topic, lake);
    expect(await offsetsOf(lake, 0)).toEqual(range(45, 60));
  });

  it('begins no ledger in the place of one that is gone', async () => {
    const topic = topicOf(1, 60);
    const lake = await openTestLake();
    await run(topic, lake);
    await lake.store.delete((await Array.fromAsync(lake.store.list('_ledger/'))).map(({ key }) => key));
    await expect(skip(topic, lake, { partition: 0, from: 0n, to: 10n })).rejects.toMatchObject({
      code: 'LEDGER_BEHIND',
    });
    expect(await Array.fromAsync(lake.store.list('_ledger/'))).toEqual([]);
  });

  it.each([
    ['that is written already', { from: 10n, to: 20n }],
    ['that is written in part', { from: 30n, to: 40n }],
    ['that the ledger does not reach', { from: 50n, to: 60n, waitMs: 0 }],
    ['behind the end of the topic', { from: 33n, to: 61n }],
    ['that is empty', { from: 33n, to: 33n }],
    ['of no partition', { partition: 9 }],
  ])('refuses a range %s', async (_, options) => {
    const topic = topicOf(2, 60);
    topic.damage({ partition: 1, from: 33n, to: 40n });
    const lake = await openTestLake();
    await expect(run(topic, lake)).rejects.toMatchObject({ code: 'RECORDS_UNREADABLE' });
    await expect(skip(topic, lake, options)).rejects.toMatchObject({ code: 'SKIP_REFUSED' });
    expect((await audit(lake)).findings).toEqual([]);
  });
});
