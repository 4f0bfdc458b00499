import { describe, expect, it } from 'vitest';
import { fieldIndex } from '../../../src/schema/types/field-index.ts';
import type { Field } from '../../../src/schema/types/column-type.ts';

const structOf = (size: number, first = 0): Field[] =>
  Array.from({ length: size }, (_, index) => ({ name: `f${first + index}`, type: { kind: 'double' } }));

describe('a field of a struct', () => {
  it.each([1, 8, 9, 200])('is found among %i, however often the struct is asked', (size) => {
    const fields = structOf(size);
    for (let round = 0; round < 50; round++) {
      expect(fieldIndex(fields, `f${size - 1}`)).toBe(size - 1);
      expect(fieldIndex(fields, 'other')).toBe(-1);
    }
  });

  it('is that of its struct, however many are asked in turns', () => {
    const structs = Array.from({ length: 20 }, (_, index) => structOf(10 + index, index));
    for (let round = 0; round < 50; round++)
      for (const [first, fields] of structs.entries()) expect(fieldIndex(fields, `f${first + 9}`)).toBe(9);
  });
});
