import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spellingsOf } from '../../../src/kernel/key-spellings.ts';

describe('spellings of a key', () => {
  it.each([
    ['a b[]^~', ['a b[]^~']],
    ['été', ['été', String.raw`\u00e9t\u00e9`]],
    ['😀', ['😀', String.raw`\ud83d\ude00`]],
    ['a"\\\n\u0001', [String.raw`a\"\\\n\u0001`]],
    ['\ud800', []],
    ['', ['']],
  ])('are as JSON has them: %j', (key, spellings) => {
    expect(spellingsOf(key)).toEqual(spellings);
  });

  it('are read back as the key, whatever it is, and are different ones', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        const spellings = spellingsOf(key);
        expect(new Set(spellings).size).toBe(spellings.length);
        expect(spellings.length).toBeGreaterThan(0);
        for (const spelling of spellings) expect(JSON.parse(`"${spelling}"`)).toBe(key);
      }),
    );
  });
});
