import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, writeJson } from '../../../src/schema/json/exact-json.ts';
import { copyWritten, endOfWritten } from '../../../src/schema/json/written-json.ts';
import { runs } from '../../support/fuzzing.ts';

const keys = fc.oneof(
  fc.stringMatching(/^[a-z é😀]{0,4}$/u),
  fc.nat({ max: 20 }).map(String),
  fc.string({ maxLength: 3 }),
);
const digits = fc.tuple(
  fc.constantFrom('', '-'),
  fc.stringMatching(/^(0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?(e-?[0-9]{1,2})?$/),
);
const leaves = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((string) => JSON.stringify(string)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  digits.map((parts) => parts.join('')),
  fc.constantFrom('true', 'false', 'null', '0', '-0', '0.000001', '0.0000001', '1.0', '9007199254740993', '1e21', '""'),
);
const space = fc.constantFrom('', '', '', ' ', '\n\t');
/** JSON as it may come: with space, any numbers, keys in any order, some of them twice. */
const { json } = fc.letrec<{ json: string }>((tie) => {
  const key = keys.map((of) => JSON.stringify(of));
  const member = fc
    .tuple(space, key, space, tie('json'))
    .map(([before, of, behind, value]) => `${before}${of}:${behind}${value}`);
  const many = { maxLength: 20, size: 'small' } as const;
  return {
    json: fc.oneof(
      { maxDepth: 3 },
      leaves,
      fc.tuple(fc.array(tie('json'), many), space).map(([of, end]) => `[${of.join(',')}${end}]`),
      fc.tuple(fc.array(member, many), space).map(([of, end]) => `{${of.join(',')}${end}}`),
    ),
  };
});

describe('JSON that is written as it stands', () => {
  it('is copied as it would be parsed and written again', () => {
    fc.assert(
      fc.property(json, fc.nat({ max: 5 }), (text, before) => {
        const written = writeJson(parseJson(text));
        expect(copyOf(text, before) ?? written).toBe(written);
      }),
      runs(3000),
    );
  });

  it('is most JSON that programs write', () => {
    const names = fc.stringMatching(/^[a-z]{1,4}[0-9]{0,3}$/);
    const plain = fc.oneof(
      names,
      fc.integer(),
      fc.double({ noNaN: true, min: 1e-5, max: 1e15 }),
      fc.boolean(),
      fc.constant(null),
    );
    const tree = fc.dictionary(names, fc.oneof(plain, fc.array(plain), fc.dictionary(names, plain)), { maxKeys: 40 });
    fc.assert(
      fc.property(tree, fc.constantFrom(undefined, 1), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(copyOf(text, 0)).toBe(JSON.stringify(value));
      }),
      runs(1000),
    );
  });

  it('is nothing that is no JSON', () => {
    for (const text of [
      '',
      '{',
      '{"a"}',
      '{"a":}',
      '{"a":1',
      '{"a":1,}',
      '[1,]',
      '[1',
      '"a',
      '01',
      '-',
      '1.',
      '.5',
      'tru',
      'nulL',
      '"\n"',
      '{a:1}',
    ])
      expect(copyOf(text, 0)).toBeUndefined();
  });
});

/** The copy of a text that stands behind other bytes, `undefined` when it is written otherwise. */
function copyOf(text: string, before: number): string | undefined {
  const bytes = Buffer.concat([Buffer.alloc(before, '['), Buffer.from(text)]);
  if (endOfWritten(bytes, before) !== bytes.length) return undefined;
  const to = Buffer.alloc(bytes.length + 3);
  const end = copyWritten(bytes, { start: before, end: bytes.length }, to, 3);
  return to.toString('utf8', 3, end);
}
