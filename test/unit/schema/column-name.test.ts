import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnName } from '../../../src/schema/names/column-name.ts';
import { digitsName, jsonName, siblingName } from '../../../src/schema/names/sibling.ts';
import { runs } from '../../support/fuzzing.ts';

describe('the name of a column', () => {
  it.each([
    ['deviceId', 'deviceid'],
    ['a.b c', 'a_b_c'],
    ['größe', 'gr_u00f6_u00df_e'],
    ['grüße', 'gr_u00fc_u00df_e'],
    ['名前', 'u540d_u524d'],
    ['住所', 'u4f4f_u6240'],
    ['😀', 'u1f600'],
    ['', '_'],
  ])('of the field %s is %s', (field, name) => {
    expect(columnName(field)).toBe(name);
  });

  it('of a sibling is the name of such a field, too, however long it gets', () => {
    const element = { kind: 'array', element: { kind: 'struct', fields: [] } } as const;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.constantFrom('k', 'K', 'ü', '.'), (length, character) => {
        const name = columnName(character.repeat(length));
        for (const sibling of [siblingName(name, element), jsonName(name), digitsName(name)]) {
          expect(columnName(sibling)).toBe(sibling);
          expect(sibling.length).toBeLessThanOrEqual(255);
        }
      }),
      runs(200),
    );
  });

  it('is the same for a character and for its parts', () => {
    expect(columnName('gro\u0308ße')).toBe(columnName('größe'));
  });

  it('is made of the beginning where the field’s is too long, and tells two of them apart by their ends', () => {
    const long = 'größe '.repeat(10_000);
    expect(columnName(long)).toMatch(/^gr_u00f6_u00df_e_gr_u00f6_u00df_e_[a-z0-9_]{166}_[0-9a-f]{8}$/);
    expect(columnName(`${long}a`)).not.toBe(columnName(`${long}b`));
    expect(columnName('\u00fc'.repeat(600)).slice(0, 200)).toBe(columnName('\u00fc'.repeat(300)).slice(0, 200));
  });

  it('is one that Glue and Athena take, whatever the field', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (field) => {
        expect(columnName(field)).toMatch(/^[a-z0-9_]{1,255}$/);
      }),
      runs(),
    );
  });

  it('is another one for another word of letters beyond ASCII', () => {
    const letters = fc.stringMatching(/^[äöüßéñ名前住所病棟]{1,8}$/);
    fc.assert(
      fc.property(letters, letters, (a, b) => {
        expect(columnName(a) === columnName(b)).toBe(a === b);
      }),
      runs(),
    );
  });
});
