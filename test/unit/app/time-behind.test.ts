import { describe, expect, it } from 'vitest';
import { TimeBehind } from '../../../src/app/observe/time-behind.ts';
import { TestClock } from '../../support/test-clock.ts';

function setup() {
  const clock = new TestClock();
  const behind = new TimeBehind(clock);
  return {
    behind,
    pass: (seconds: number) => clock.pass(seconds * 1000),
    commit: (oldestAtSeconds: number) =>
      behind.observer.committed?.({
        entry: { partition: 0 },
        oldestTimestampMs: oldestAtSeconds * 1000,
      } as never),
    seconds: (records: bigint) => behind.lagged(new Map([[0, records]])).get(0),
  };
}

describe('the time that a partition is behind', () => {
  it('is nothing while nothing waits, whatever was written long ago', () => {
    const { seconds, commit, pass } = setup();
    commit(0);
    pass(3600);
    expect(seconds(0n)).toBe(0);
    pass(5);
    expect(seconds(1n)).toBe(5);
  });

  it('is the age of a batch while it keeps up, however many records wait', () => {
    const { seconds, commit, pass } = setup();
    for (let minute = 1; minute < 10; minute++) {
      pass(60);
      commit((minute - 1) * 60);
      expect(seconds(240_000n)).toBe(60);
    }
  });

  it('grows while nothing is written, and is true again after the first batch of a backlog', () => {
    const { seconds, commit, pass } = setup();
    pass(10_000);
    expect(seconds(9n)).toBe(0);
    pass(100);
    expect(seconds(9n)).toBe(100);
    commit(2000);
    expect(seconds(9n)).toBe(100);
    pass(100);
    commit(10_150);
    expect(seconds(9n)).toBe(50);
  });
});
