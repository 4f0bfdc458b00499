import { describe, expect, it } from 'vitest';
import { pauseAfter, TopicRuns, type TopicsObserver } from '../../../src/consumer/service/topic-runs.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { HeldClock } from '../../support/held-clock.ts';

const poison = new PipelineError('TABLE_MISMATCH', { message: 'poison', retryable: false });
const outage = new PipelineError('BROKER_SILENT', { message: 'outage', retryable: true });

/** Runs whose outcome the test decides: `fail` ends the topic's current run. */
function runsOf({ isBounded = false } = {}) {
  const clock = new HeldClock();
  const stop = new AbortController();
  const log: string[] = [];
  const current = new Map<string, { reject: (error: unknown) => void; resolve: () => void; write: () => void }>();
  const observer: TopicsObserver = {
    assigned: () => {},
    revoked: () => {},
    troubled: (topic, _, delayMs) => void log.push(`${topic} waits ${delayMs}`),
    recovered: (topic) => void log.push(`${topic} recovered`),
    waiting: () => {},
  };
  const runs = new TopicRuns({
    run: (topic, write) => {
      log.push(`${topic} runs`);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      current.set(topic, { reject, resolve, write });
      return promise;
    },
    clock,
    stop: stop.signal,
    isBounded,
    giveUpMs: 300_000,
    observer,
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const fail = async (topic: string, error: unknown) => {
    current.get(topic)?.reject(error);
    await settle();
  };
  const pass = async (ms: number) => {
    clock.pass(ms);
    await settle();
  };
  return { runs, log, fail, pass, stop, current };
}

describe('a topic that fails', () => {
  it('waits longer each time, up to five minutes, until something is written', async () => {
    const { runs, log, fail, pass, current } = runsOf();
    runs.assign(['a', 'b']);
    await fail('a', poison);
    await pass(5000);
    await fail('a', poison);
    await pass(10_000);
    expect(log).toEqual(['a runs', 'b runs', 'a waits 5000', 'a runs', 'a waits 10000', 'a runs']);
    current.get('a')?.write();
    await fail('a', poison);
    expect(log.slice(6)).toEqual(['a recovered', 'a waits 5000']);
    expect([1, 2, 7, 60].map(pauseAfter)).toEqual([5000, 10_000, 300_000, 300_000]);
  });

  it('is no failure of the process while another one is well', async () => {
    const { runs, fail, pass } = runsOf();
    runs.assign(['a', 'b']);
    let failure: unknown;
    runs.failed.catch((error: unknown) => (failure = error));
    for (const ms of [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000]) {
      await fail('a', poison);
      await pass(ms);
    }
    expect(failure).toBeUndefined();
  });

  it('ends the process beside others that have failed for good', async () => {
    const { runs, fail } = runsOf();
    runs.assign(['a', 'b']);
    await fail('a', poison);
    await fail('b', poison);
    await expect(runs.failed).rejects.toBe(poison);
  });

  it('ends it beside others that may succeed later only when that takes too long', async () => {
    const { runs, fail, pass } = runsOf();
    runs.assign(['a', 'b']);
    let failure: unknown;
    runs.failed.catch((error: unknown) => (failure = error));
    await fail('a', outage);
    await fail('b', outage);
    await pass(5000);
    await fail('a', outage);
    await fail('b', outage);
    expect(failure).toBeUndefined();
    await pass(400_000);
    await fail('a', outage);
    expect(failure).toBe(outage);
  });

  it('is the end of a command that has one, once the others are done', async () => {
    const { runs, fail, current } = runsOf({ isBounded: true });
    runs.begin(['a', 'b']);
    const ended = runs.ended();
    await fail('a', poison);
    current.get('b')?.resolve();
    await expect(ended).rejects.toBe(poison);
  });

  it('does not begin again once the service stops', async () => {
    const { runs, log, fail, stop, current } = runsOf();
    runs.assign(['a', 'b']);
    await fail('a', poison);
    stop.abort();
    current.get('b')?.resolve();
    await runs.ended();
    expect(log).toEqual(['a runs', 'b runs', 'a waits 5000']);
  });
});
