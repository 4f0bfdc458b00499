import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/runtime/clock.ts';
import { mapConcurrently, Slots } from '../../../src/runtime/concurrency.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { parseDuration } from '../../../src/runtime/duration.ts';
import { retry, type RetryOptions } from '../../../src/runtime/retry.ts';
import { TestClock } from '../../support/test-clock.ts';

const passing = new PipelineError('STORE_UNAVAILABLE', { message: 'busy', retryable: true });
const lasting = new PipelineError('STORE_DENIED', { message: 'no', retryable: false });

function failing(times: number, error: Error): { work: () => Promise<string>; calls: () => number } {
  let calls = 0;
  const work = async (): Promise<string> => {
    if (++calls <= times) throw error;
    return 'done';
  };
  return { work, calls: () => calls };
}

const optionsWith = (clock: Clock, changed: Partial<RetryOptions> = {}): RetryOptions => ({
  clock,
  attemptsMax: 10,
  totalMs: 60_000,
  delayMs: 100,
  delayMaxMs: 1000,
  random: () => 1,
  ...changed,
});

describe('trying again', () => {
  it('waits longer each time, up to a limit', async () => {
    const clock = new TestClock();
    expect(await retry(failing(6, passing).work, optionsWith(clock))).toBe('done');
    expect(clock.slept).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it('stops at once at an error that is not retryable', async () => {
    const { work, calls } = failing(5, lasting);
    await expect(retry(work, optionsWith(new TestClock()))).rejects.toBe(lasting);
    expect(calls()).toBe(1);
  });

  it('ends after so many attempts, or so much time, with the last error', async () => {
    const many = failing(100, passing);
    await expect(retry(many.work, optionsWith(new TestClock(), { attemptsMax: 3 }))).rejects.toBe(passing);
    expect(many.calls()).toBe(3);
    const clock = new TestClock();
    await expect(retry(failing(100, passing).work, optionsWith(clock, { totalMs: 500 }))).rejects.toBe(passing);
    expect(clock.monotonicMs()).toBeLessThanOrEqual(500);
  });

  it.each([
    ['forth', 3_600_000],
    ['back', -3_600_000],
  ])('has its time also when the wall clock is set %s meanwhile', async (_way, byMs) => {
    const clock = new TestClock();
    const { work, calls } = failing(100, passing);
    const options = optionsWith(clock, { totalMs: 500, onRetry: () => clock.setWallClock(byMs) });
    await expect(retry(work, options)).rejects.toBe(passing);
    expect(calls()).toBe(3);
    expect(clock.slept).toEqual([100, 200]);
  });

  it('ends when it is asked to stop', async () => {
    const stop = new AbortController();
    const options = optionsWith(new TestClock(), {
      signal: stop.signal,
      onRetry: () => stop.abort(new Error('stopped')),
    });
    await expect(retry(failing(100, passing).work, options)).rejects.toThrow('stopped');
  });
});

describe('working side by side', () => {
  it('never runs more than the limit, and keeps the order of results', async () => {
    let running = 0;
    let most = 0;
    const results = await mapConcurrently([5, 4, 3, 2, 1], 2, async (item) => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      return item * 10;
    });
    expect(results).toEqual([50, 40, 30, 20, 10]);
    expect(most).toBe(2);
  });

  it('runs as much small work at a time as a slot holds, in its order, and none beside work that takes all', async () => {
    const slots = new Slots(1);
    const ends: (() => void)[] = [];
    const running = new Set<string>();
    const run = async (name: string, share: number): Promise<void> =>
      slots.run(
        async () => {
          running.add(name);
          await new Promise<void>((end) => ends.push(end));
          running.delete(name);
        },
        () => share,
      );
    const finishNext = async (): Promise<void> => {
      ends.shift()?.();
      await new Promise(setImmediate);
    };
    const all = [run('a', 1 / 3), run('b', 1 / 3), run('whole', 1), run('c', 1 / 3), run('d', 5)];
    const seen: string[] = [];
    for (let step = 0; step < all.length; step++) {
      await new Promise(setImmediate);
      seen.push([...running].join());
      await finishNext();
    }
    await Promise.all(all);
    expect(seen).toEqual(['a,b', 'b', 'whole', 'c', 'd']);
  });

  it('gives a slot back when the work fails', async () => {
    const slots = new Slots(1);
    await expect(slots.run(async () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(await slots.run(async () => 'next')).toBe('next');
  });
});

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['10', undefined],
    ['-5s', undefined],
    ['s', undefined],
  ])('%s are %s ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});
