import { describe, expect, it } from 'vitest';
import { alignColumns } from '../../../src/report/format.ts';

describe('aligned columns', () => {
  it('have numbers to the right, and one long cell moves its own row only', () => {
    const long = 'p'.repeat(100_000);
    expect(
      alignColumns([
        ['group', 'mean', 'by'],
        ['anna', '38.10', 'x'],
        [long, '9.5', 'y'],
      ]),
    ).toEqual(['group  mean   by', 'anna   38.10  x', `${long}    9.5  y`]);
  });

  it('are made of as many rows as there are', () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => [String(index), 'a']);
    expect(alignColumns(rows).at(0)).toBe('     0  a');
  });
});
