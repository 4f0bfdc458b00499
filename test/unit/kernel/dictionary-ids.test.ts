import { expect, it } from 'vitest';
import { KernelStrings } from '../../../src/kernel/kernel-strings.ts';
import { kindNumber, kindString } from '../../../src/kernel/kinds.ts';
import { scanField } from '../../support/scan-field.ts';

const bitOf = (kind: number): number => 1 << kind;

it('numbers the strings of a field by the order in which they came, few or many, beside other values or not', () => {
  for (const distinct of [1, 40, 700, 3000])
    for (const hasNumbers of [false, true]) {
      const strings = Array.from({ length: 4001 }, (_, index) => {
        const number = (index * 7919) % distinct;
        return `${'é'.repeat(number % 19)}${number}`;
      });
      const isNumber = (row: number): boolean => hasNumbers && row % 5 === 3;
      const { kernel, entries } = scanField(strings.map((text, row) => (isNumber(row) ? '1.5' : JSON.stringify(text))));
      expect(entries.kindBits).toBe(hasNumbers ? bitOf(kindString) | bitOf(kindNumber) : bitOf(kindString));
      const { rows, ids } = entries.idsOf(bitOf(kindString), new KernelStrings(kernel).address);
      const rowsOfStrings = [...strings.keys()].filter((row) => !isNumber(row));
      const order = [...new Set(rowsOfStrings.map((row) => strings[row] ?? ''))];
      const idOf = new Map(order.map((text, id) => [text, id]));
      expect([...rows]).toEqual(rowsOfStrings);
      expect([...ids]).toEqual(rowsOfStrings.map((row) => idOf.get(strings[row] ?? '')));
    }
});
