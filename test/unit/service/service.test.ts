import { describe, expect, it } from 'vitest';
import { ownPace } from '../../../src/consumer/service/pace.ts';
import type { PipelineObserver } from '../../../src/consumer/commit/tools/pipeline-observer.ts';
import type { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { isWritten } from '../../../src/consumer/ledger/entry/ledger-entry.ts';
import type { ObjectStore } from '../../../src/consumer/ports/lake.ts';
import type { RecordSource, TopicReader } from '../../../src/consumer/ports/topic.ts';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import { planReplay } from '../../../src/consumer/replay/replay-plan.ts';
import { systemClock, type Clock } from '../../../src/runtime/clock.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { FakeSource } from '../../fakes/fake-topic.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { audit, openTestLake, readRows, testPath, testTable } from '../../support/lake.ts';
import { run, topicOf } from '../../support/run-service.ts';

const hourMs = 3_600_000;

const unavailable = (): PipelineError =>
  new PipelineError('STORE_UNAVAILABLE', { message: 'the store answered 503', retryable: true });

/** The last batch of the partition, and its last object. */
async function lastOf(ledger: Ledger, partition: number): Promise<{ readonly from: bigint; readonly key: string }> {
  const entry = (await ledger.last(testPath(partition), undefined))?.entry;
  if (entry === undefined || !isWritten(entry)) throw new TypeError('nothing is written');
  return { from: entry.from, key: entry.outcome.objects.at(-1)?.key ?? '' };
}

describe('an assignment', () => {
  it('tries to find positions again when the store fails for a while, and says so', async () => {
    const topic = topicOf(3, 40);
    const lake = await openTestLake();
    let failures = 6;
    const list: ObjectStore['list'] = (prefix, options) => {
      if (failures-- > 0) throw unavailable();
      return lake.store.list(prefix, options);
    };
    const retried: string[] = [];
    const observer: PipelineObserver = { retrying: (step) => retried.push(step) };
    await run(topic, { ...lake, store: { ...lake.store, list } }, { observer });
    expect(retried).toEqual(Array.from({ length: 6 }, () => 'position'));
    expect((await audit(lake, topic)).findings).toEqual([]);
  });

  it('tells of a last object that is gone, and goes on', async () => {
    const topic = topicOf(2, 40);
    const lake = await openTestLake();
    const { ledger } = await run(topic, lake);
    const { from, key } = await lastOf(ledger, 1);
    await lake.store.delete([key]);
    topic.append(1, ...jsonRecords({ n: 40 }));
    const missing: unknown[] = [];
    await run(topic, lake, { observer: { objectMissing: (object) => missing.push(object) } });
    expect(missing).toEqual([{ partition: 1, from, to: 40n, key }]);
    expect((await readRows(lake)).at(-1)).toMatchObject({ n: 40 });
  });

  it('is content with what a replay has put in the place of the last objects', async () => {
    const topic = topicOf(1, 40);
    const lake = await openTestLake();
    const tools = await run(topic, lake);
    const { ledger } = tools;
    const { from, key } = await lastOf(ledger, 0);
    const entries = await Array.fromAsync(ledger.entries(testPath()));
    const { signal } = new AbortController();
    const policy = { rowsMax: 25, bytesMax: 1_000_000, ageMaxMs: 50 };
    for (const item of planReplay({ partition: 0, from, to: 40n }, entries, topic.marksOf(0)))
      await replayItem(item, { reader: topic, tools, policy, signal });
    const objects = await Array.fromAsync(lake.store.list(`${testTable}/`));
    expect(objects.map((object) => object.key)).not.toContain(key);
    const missing: unknown[] = [];
    await run(topic, lake, { observer: { objectMissing: (object) => missing.push(object) } });
    expect(missing).toEqual([]);
  });

  it('that another one follows while its positions are looked up counts no more', async () => {
    const topic = topicOf(2, 40);
    const lake = await openTestLake();
    const source = new FakeSource(topic);
    let reassigned: Promise<void> | undefined;
    const list: ObjectStore['list'] = (prefix, options) => {
      if (reassigned === undefined) {
        reassigned = source.assign([0, 1]);
        throw unavailable();
      }
      return lake.store.list(prefix, options);
    };
    const assignments: number[] = [];
    const observer: PipelineObserver = { assigned: (positions) => assignments.push(positions.size) };
    await run(topic, { ...lake, store: { ...lake.store, list } }, { source, observer });
    await reassigned;
    expect(assignments).toEqual([2]);
    expect((await audit(lake, topic)).findings).toEqual([]);
  });
});

describe('a Kafka client that refuses a call after a commit', () => {
  it.each(['pause', 'resume', 'seek'] as const)('ends the service with a code: %s', async (method) => {
    const topic = topicOf(1, 60);
    const lake = await openTestLake();
    // a gap is recorded first, and reading goes on behind it
    await run(topic, lake);
    topic.append(0, ...jsonRecords(...Array.from({ length: 60 }, (_, n) => ({ n }))));
    topic.deleteBelow(0, 70n);
    const inner = new FakeSource(topic, { chunkRecords: 30 });
    const refuse = (): void => {
      throw new Error('Consumer group was not initialized, consumer#run must be called first');
    };
    const source: RecordSource = {
      run: (handler) => inner.run(handler),
      stop: () => inner.stop(),
      commit: (...args) => inner.commit(...args),
      pause: (partition) => inner.pause(partition),
      resume: (partition) => inner.resume(partition),
      seek: (partition, offset) => inner.seek(partition, offset),
      [method]: refuse,
    };
    await expect(run(topic, lake, { source, bufferBytesMax: 500 })).rejects.toMatchObject({
      code: 'BROKER_FAILED',
      message: expect.stringContaining('Consumer group was not initialized'),
    });
  });
});

describe('a wall clock that is set back by an hour', () => {
  it('keeps no record from being written in time', async () => {
    const topic = topicOf(1, 10);
    const lake = await openTestLake();
    let offsetMs = 0;
    const clock: Clock = { ...systemClock, nowMs: () => Date.now() + offsetMs };
    const stop = new AbortController();
    const observer: PipelineObserver = {
      assigned: () => void (offsetMs = -hourMs),
      committed: () => stop.abort(),
    };
    await run(topic, lake, { clock, observer, untilEnd: false, stop: stop.signal });
    expect((await audit(lake, topic)).findings).toEqual([]);
  });
});

describe('a topic that was deleted and made again while its records were read', () => {
  it('ends the service before anything of it is claimed', async () => {
    const topic = topicOf(4, 20);
    const lake = await openTestLake();
    let id = topic.id;
    const reader: TopicReader = {
      describe: async () => ({ ...(await topic.describe()), topicId: id }),
      topicId: async () => id,
      offsetsAt: (timestampMs) => topic.offsetsAt(timestampMs),
      committed: () => topic.committed(),
      read: (range) => topic.read(range),
    };
    const observer: PipelineObserver = { assigned: () => void (id = 'another') };
    const running = run(topic, lake, { reader, observer, pace: ownPace(systemClock, hourMs), untilEnd: false });
    await expect(running).rejects.toMatchObject({ code: 'TOPIC_RECREATED' });
    // but for the notes where the chains begin
    const written = await Array.fromAsync(lake.store.list(''), ({ key }) => key);
    expect(written.filter((key) => !key.includes('/starts/'))).toEqual([]);
  });

  it('is noticed by the lag poll when nothing of it is read', async () => {
    const topic = topicOf(1, 0);
    const reader: TopicReader = {
      describe: async () => ({ ...(await topic.describe()), topicId: 'another' }),
      topicId: async () => topic.id,
      offsetsAt: (timestampMs) => topic.offsetsAt(timestampMs),
      committed: () => topic.committed(),
      read: (range) => topic.read(range),
    };
    const running = run(topic, await openTestLake(), { reader, untilEnd: false });
    await expect(running).rejects.toMatchObject({ code: 'TOPIC_RECREATED' });
  });

  it('costs one request at most for each claim', async () => {
    const topic = topicOf(8, 25);
    let requests = 0;
    const reader: TopicReader = {
      describe: () => topic.describe(),
      topicId: async () => {
        requests++;
        return topic.id;
      },
      offsetsAt: (timestampMs) => topic.offsetsAt(timestampMs),
      committed: () => topic.committed(),
      read: (range) => topic.read(range),
    };
    let claims = 0;
    const observer: PipelineObserver = { committed: () => void claims++ };
    await run(topic, await openTestLake(), { reader, observer, commitsMax: 8 });
    expect(claims).toBe(8);
    expect(requests).toBeGreaterThan(0);
    expect(requests).toBeLessThan(claims);
  });
});

describe('a graceful stop', () => {
  it('is heard while a broker leaves a question unanswered', async () => {
    const topic = topicOf(1, 10);
    const lake = await openTestLake();
    const stop = new AbortController();
    const reader: TopicReader = {
      describe: () => {
        stop.abort();
        return new Promise(() => {});
      },
      topicId: () => topic.topicId(),
      offsetsAt: (timestampMs) => topic.offsetsAt(timestampMs),
      committed: () => topic.committed(),
      read: (range) => topic.read(range),
    };
    await run(topic, lake, { reader, untilEnd: false, stop: stop.signal });
    expect((await audit(lake, topic)).findings).toEqual([]);
  });
});
