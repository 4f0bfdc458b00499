import { describe, expect, it } from 'vitest';
import { reasonToCut } from '../../../src/consumer/batch/batch-policy.ts';

const policy = { rowsMax: 100, bytesMax: 1000, ageMaxMs: 60_000 };

describe('the batch policy', () => {
  it.each([
    [{ records: 0, bytes: 0, oldestMs: undefined }, undefined],
    [{ records: 99, bytes: 999, oldestMs: 40_001 }, undefined],
    [{ records: 100, bytes: 0, oldestMs: 100_000 }, 'rows'],
    [{ records: 1, bytes: 1000, oldestMs: 100_000 }, 'bytes'],
    [{ records: 1, bytes: 1, oldestMs: 40_000 }, 'age'],
  ])('of %j says %s', (fill, reason) => {
    expect(reasonToCut(fill, policy, 100_000)).toBe(reason);
  });
});
