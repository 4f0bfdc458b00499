import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCommitDue, type Standing } from '../../../src/consumer/snapshot/commit-due.ts';

/** A boundary at 1000 ms; everything from before it was written at 1200. */
const alone: Standing = {
  everyMs: 60_000,
  boundaryMs: 1000,
  writtenSinceMs: 1200,
  committed: undefined,
  commitsForAll: true,
  hasOthers: false,
  hasUncovered: true,
};
const first: Standing = { ...alone, hasOthers: true };
const other: Standing = { ...first, commitsForAll: false };
const slow = { writtenSinceMs: undefined } as const;
const late = { writtenSinceMs: 20_000, committed: 'some' } as const;

describe('a snapshot is due', () => {
  it.each<[string, Standing, number | undefined]>([
    ['at once when everything is written, of a member alone', alone, 1200],
    ['also when it has nothing of its own', { ...alone, hasUncovered: false }, 1200],
    ['once others had a moment to write, too', first, 1500],
    ['when the writes have ended, if they took longer than that', { ...first, writtenSinceMs: 3000 }, 3000],
    ['without what is still being written, after a while', { ...first, ...slow }, 6000],
    ['a second time for what took so long', { ...first, ...late }, 20_000],
    ['no more while that is not written', { ...first, ...late, ...slow }, undefined],
    ['no more when all was committed', { ...first, committed: 'all' }, undefined],
    ['a little later by a member that leaves it to others', other, 3000],
    ['for what that one has written too late', { ...other, writtenSinceMs: 4000 }, 5500],
    ['never by one that has nothing that others could have missed', { ...other, hasUncovered: false }, undefined],
    ['sooner where commits are frequent', { ...first, everyMs: 1000 }, 1200],
    ['with less patience where commits are frequent', { ...first, ...slow, everyMs: 1000 }, 1500],
  ])('%s', (_, standing, expected) => {
    const times = Array.from({ length: 70 * 20 }, (_value, index) => 1000 + index * 50);
    expect(times.find((nowMs) => isCommitDue(standing, nowMs))).toBe(expected);
  });

  it('before the next boundary at the latest, of whoever commits for all, and stays so until it is done', () => {
    const standings = fc.record({
      everyMs: fc.integer({ min: 1000, max: 3_600_000 }),
      boundaryMs: fc.constant(0),
      writtenSinceMs: fc.constant(undefined),
      committed: fc.constant(undefined),
      commitsForAll: fc.constant(true),
      hasOthers: fc.boolean(),
      hasUncovered: fc.boolean(),
    });
    fc.assert(
      fc.property(standings, fc.nat(), (standing, ms) => {
        const { everyMs } = standing;
        expect(isCommitDue(standing, everyMs * 0.6)).toBe(true);
        expect(Number(isCommitDue(standing, ms + 1))).toBeGreaterThanOrEqual(Number(isCommitDue(standing, ms)));
      }),
    );
  });
});
