import { describe, expect, it } from 'vitest';
import { withoutCopies } from '../../../src/consumer/table/objects/copied-objects.ts';
import type { PutOutcome } from '../../../src/consumer/table/objects/object-writer.ts';

const outcome = (kind: 'kept' | 'created', key: string, crc32: number, rows = 5): PutOutcome => {
  return { kind, object: { key, kind: 'rows', partition: [key], rows, bytes: 100, crc32 } };
};

const planned = new Map([
  ['a', 5],
  ['b', 6],
  ['c', 5],
]);
const find = (...outcomes: readonly PutOutcome[]) => withoutCopies(outcomes, (key) => planned.get(key));

describe('objects of one claim that have the same bytes', () => {
  it('are the one that was planned with as many rows, and copies of it', () => {
    const [a, c] = [outcome('kept', 'a', 1), outcome('kept', 'c', 2)];
    expect(find(a, outcome('kept', 'b', 1), c)).toEqual([a, { kind: 'spoiled', key: 'b' }, c]);
  });

  it('are the one that was just put, and copies of it', () => {
    const created = outcome('created', 'c', 1);
    expect(find(outcome('kept', 'a', 1), created)).toEqual([{ kind: 'spoiled', key: 'a' }, created]);
  });

  it('may each be the copy where as many rows were planned for both', () => {
    expect(find(outcome('kept', 'a', 1), outcome('kept', 'c', 1))).toEqual([
      { kind: 'spoiled', key: 'a', orElse: 'c' },
      { kind: 'spoiled', key: 'c', orElse: 'a' },
    ]);
  });

  it('are none where they have no bytes of their own, since they were merged', () => {
    const merged = ['a', 'c'].map((key): PutOutcome => {
      return { kind: 'kept', object: { key, kind: 'rows', partition: [key], rows: 5, bytes: 0 } };
    });
    expect(find(...merged)).toEqual(merged);
  });
});
