import { describe, expect, it } from 'vitest';
import { policyForSeveral, reasonToCut, shareOf } from '../../../src/consumer/batch/batch-policy.ts';

const policy = { rowsMax: 100, bytesMax: 1000, ageMaxMs: 60_000 };

describe('the batch policy', () => {
  it.each([
    [{ records: 0, bytes: 0, oldestMs: undefined }, undefined],
    [{ records: 99, bytes: 999, oldestMs: 40_001 }, undefined],
    [{ records: 100, bytes: 0, oldestMs: 100_000 }, 'rows'],
    [{ records: 1, bytes: 1000, oldestMs: 100_000 }, 'bytes'],
    [{ records: 1, bytes: 1, oldestMs: 40_000 }, 'age'],
  ])('of %j says %s', (fill, reason) => {
    expect(reasonToCut(fill, policy, { monotonicMs: 100_000 })).toBe(reason);
  });

  it.each([
    // what arrived just after a boundary, which was at 90 s, waits for the next one
    [{ records: 1, bytes: 1, oldestMs: 90_000 }, policy, undefined],
    [{ records: 1, bytes: 1, oldestMs: 89_999 }, policy, 'snapshot'],
    [{ records: 100, bytes: 1, oldestMs: 89_999 }, policy, 'rows'],
    [{ records: 0, bytes: 0, oldestMs: undefined }, policy, undefined],
    [{ records: 1, bytes: 1, oldestMs: 90_000 }, { ...policy, ageMaxMs: 10_000 }, 'age'],
    [{ records: 1, bytes: 1, oldestMs: 90_000 }, { ...policy, ageMaxMs: 9999 }, 'age'],
    [{ records: 1, bytes: 1, oldestMs: 90_001 }, { ...policy, ageMaxMs: 10_000 }, undefined],
  ])('of %j, where a snapshot is committed every minute, says by %j %s', (fill, own, reason) => {
    const boundaries = { everyMs: 60_000, passedMs: () => 90_000 };
    expect(reasonToCut(fill, own, { monotonicMs: 100_000, boundaries })).toBe(reason);
  });

  it('cuts by age only where that is less than the time between two snapshots: a moment before one, it would cut twice', () => {
    const fill = { records: 1, bytes: 1, oldestMs: 40_000 };
    const boundaries = { everyMs: 60_000, passedMs: () => 40_000 };
    expect(reasonToCut(fill, policy, { monotonicMs: 100_000, boundaries })).toBeUndefined();
  });
});

describe('the share of a slot that a batch takes', () => {
  it.each([
    ['of a table that is not there yet is all: nobody knows what it will be', { records: 1, bytes: 1 }, undefined, 1],
    ['that is full, by rows', { records: 100, bytes: 1 }, 5, 1],
    ['that is full, by bytes', { records: 1, bytes: 2000 }, 5, 1],
    ['that is half full', { records: 50, bytes: 100 }, 0, 0.625],
    ['that is small', { records: 0, bytes: 0 }, 0, 0.125],
    ['that is small, in a table of 1,000 leaves', { records: 0, bytes: 0 }, 1000, 0.375],
  ])('%s', (_, fill, leaves, share) => {
    expect(shareOf({ ...fill, oldestMs: 0 }, policy, leaves)).toBeCloseTo(share);
  });

  it.each([
    ['that may be full of empty objects', { records: 1, bytes: 300 }, 1],
    ['that has so few bytes that it can’t be', { records: 1, bytes: 150 }, 0.625],
    ['of tombstones', { records: 50, bytes: 0 }, 0.625],
  ])('of values that hold several records, %s', (_, fill, share) => {
    expect(shareOf({ ...fill, oldestMs: 0 }, policyForSeveral(policy), 0)).toBeCloseTo(share);
  });
});
