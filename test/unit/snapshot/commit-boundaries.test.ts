import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommitBoundaries } from '../../../src/consumer/snapshot/commit-boundaries.ts';
import { TestClock } from '../../support/test-clock.ts';

const everyMs = fc.integer({ min: 1000, max: 3_600_000 });
/** Time that passes between two looks, as a share of the time between two boundaries. */
const passes = fc.array(fc.double({ min: 0.001, max: 0.2, noNaN: true }), { minLength: 30, maxLength: 200 });

interface Look {
  readonly atMs: number;
  readonly passedMs: number;
}

/** Looks at the boundaries again and again while the clock goes on. */
function looks(boundaries: CommitBoundaries, clock: TestClock, steps: Iterable<() => void>): Look[] {
  return Array.from(steps, (step) => {
    step();
    return { passedMs: boundaries.passedMs(), atMs: clock.monotonicMs() };
  });
}

describe('the boundaries of snapshots', () => {
  it('are the same for all members that look at the same time, whenever each began', () => {
    fc.assert(
      fc.property(everyMs, fc.string(), passes, (every, name, shares) => {
        const clock = new TestClock();
        const open = (): CommitBoundaries => new CommitBoundaries(name, { everyMs: every, clock });
        const pass = (some: readonly number[]) => some.map((share) => () => clock.pass(share * every));
        const first = open();
        looks(first, clock, pass(shares.slice(0, 10)));
        const second = open();
        const beganMs = clock.monotonicMs();
        const pairs = shares.slice(10).map((share) => {
          clock.pass(share * every);
          return { atMs: clock.monotonicMs(), one: first.passedMs(), other: second.passedMs() };
        });
        const settled = pairs.filter(({ atMs }) => atMs - beganMs > 2.25 * every);
        expect(settled.filter(({ one, other }) => one !== other)).toEqual([]);
      }),
    );
  });

  it('come at the same distance, and the looks alone are late, while the clock is not set', () => {
    fc.assert(
      fc.property(everyMs, fc.string(), (every, name) => {
        const clock = new TestClock();
        const boundaries = new CommitBoundaries(name, { everyMs: every, clock });
        const step = every / 50;
        const seen = looks(
          boundaries,
          clock,
          Array.from({ length: 500 }, () => () => clock.pass(step)),
        );
        const passed = [...new Set(seen.map(({ passedMs }) => passedMs))].slice(2);
        expect(passed.length).toBeGreaterThanOrEqual(7);
        const [begin = 0] = passed;
        for (const [index, ms] of passed.entries()) expect(Math.abs(ms - begin - index * every)).toBeLessThan(2 * step);
      }),
    );
  });

  it('are neither late nor many when the wall clock is set, however often', () => {
    const jump = fc.oneof(
      { weight: 5, arbitrary: fc.constant(0) },
      fc.integer({ min: -86_400_000, max: 86_400_000 }),
      fc.integer({ min: -1000, max: 1000 }),
    );
    fc.assert(
      fc.property(
        everyMs,
        fc.string(),
        passes,
        fc.array(jump, { minLength: 200, maxLength: 200 }),
        (every, name, shares, jumps) => {
          const clock = new TestClock();
          const boundaries = new CommitBoundaries(name, { everyMs: every, clock });
          const steps = shares.map((share, index) => () => {
            clock.pass(share * every);
            clock.setWallClock(jumps[index] ?? 0);
          });
          let lastMs = 0;
          for (const { passedMs, atMs } of looks(boundaries, clock, steps)) {
            expect(atMs - passedMs).toBeLessThan(1.25 * every);
            if (passedMs === lastMs) continue;
            expect(passedMs - lastMs).toBeGreaterThanOrEqual(0.4 * every);
            lastMs = passedMs;
          }
        },
      ),
    );
  });

  it('of many tables lie apart', () => {
    const clock = new TestClock();
    const names = Array.from({ length: 100 }, (_, index) => `table_${index}/topic_${index}`);
    const all = names.map((name) => new CommitBoundaries(name, { everyMs: 60_000, clock }));
    // the first one may come late
    const firstMs = 2 * 60_000;
    const busiest = new Map<number, number>();
    for (let second = 1; second <= 180; second++) {
      clock.pass(1000);
      const nowMs = clock.monotonicMs();
      const due = all.filter((each) => each.passedMs() === nowMs).length;
      if (nowMs > firstMs) busiest.set(second, due);
    }
    expect(busiest.values().reduce((sum, each) => sum + each, 0)).toBe(100);
    expect(Math.max(...busiest.values())).toBeLessThan(10);
  });
});
