import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RescuedValues } from '../../../src/consumer/columns/rescue/rescued-values.ts';
import { writeJson } from '../../../src/schema/json/exact-json.ts';
import { rescuedObjects } from '../../support/rescued-objects.ts';

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.constantFrom('', '\ud800', 'é'.repeat(300)));
const value = fc.oneof(
  text,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.bigInt(),
  fc.boolean(),
  fc.array(text),
  fc.dictionary(text, fc.nat()),
);
const members = fc.array(fc.tuple(fc.nat({ max: 5 }), text, value), { maxLength: 40 });

describe('Rescued values', () => {
  it('are one JSON object a row, whose members are the values in the order in which they came', () => {
    fc.assert(
      fc.property(members, (added) => {
        const rescued = new RescuedValues();
        for (const [row, pointer, of] of added) rescued.add(row, pointer, of);
        expect(rescuedObjects(rescued)).toEqual(expectedOf(added));
      }),
    );
  });

  it('follow earlier ones, which stay as they were', () => {
    fc.assert(
      fc.property(members, members, (early, late) => {
        const earlier = new RescuedValues();
        for (const [row, pointer, of] of early) earlier.add(row, pointer, of);
        using rescued = new RescuedValues(earlier);
        for (const [row, pointer, of] of late) rescued.add(row, pointer, of);
        expect(rescued.size).toBe(early.length + late.length);
        expect(rescuedObjects(rescued)).toEqual(expectedOf([...early, ...late]));
        expect(rescuedObjects(earlier)).toEqual(expectedOf(early));
      }),
    );
  });

  it('that rows have in common are kept once, where they are short', () => {
    const rescued = new RescuedValues();
    for (let row = 0; row < 1000; row++) rescued.add(row, '/unit', row % 2 === 0 ? '°C' : '°F');
    const { store } = rescued.column();
    expect(store.kind === 'strings' && store.dictionary.count).toBe(2);
  });

  it('may be disposed of twice', () => {
    const rescued = new RescuedValues();
    rescued.add(0, '/a', 1);
    rescued[Symbol.dispose]();
    expect(() => rescued[Symbol.dispose]()).not.toThrow();
  });
});

function expectedOf(added: readonly (readonly [row: number, pointer: string, value: unknown])[]): unknown[] {
  const rows = [...new Set(added.map(([row]) => row))].toSorted((one, other) => one - other);
  return rows.map((row) => {
    const own = added.filter(([of]) => of === row);
    return [row, `{${own.map(([, pointer, of]) => `${JSON.stringify(pointer)}:${writeJson(of)}`).join(',')}}`];
  });
}
