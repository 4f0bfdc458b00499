import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKernel } from '../../../src/kernel/kernel.ts';
import { parseJson, writeJson } from '../../../src/schema/json/exact-json.ts';
import { runs } from '../../support/fuzzing.ts';

const kernel = createKernel();

/** Gives what the kernel writes for the JSON, `undefined` when it leaves it to the host. */
function written(text: string): string | undefined {
  const bytes = Buffer.from(`${text},`);
  kernel.fill(bytes);
  const { calls, window, starts, ends, strings, rows } = kernel;
  kernel.viewInt32(starts, 1)[0] = window;
  kernel.viewInt32(ends, 1)[0] = window + bytes.length - 1;
  const count = calls.writeJsonValues(starts, ends, 1, strings, strings + 2 * bytes.length + 400, rows);
  const [end = 0] = kernel.viewInt32(rows, 1);
  return count === 0 ? undefined : kernel.stringAt(strings, strings + end);
}

/** Writes a value with space between the tokens and other escapes than are needed. */
function spell(value: unknown, space: string): string {
  const text = JSON.stringify(value, undefined, space);
  return space === '' ? text.replaceAll('/', String.raw`\/`).replaceAll('é', String.raw`\u00e9`) : text;
}

const keys = fc.oneof(fc.string({ maxLength: 4 }), fc.nat(20).map(String), fc.constantFrom('a', 'b', '__proto__', 'é'));
const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.float({ noNaN: true }), fc.integer());
const strings = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('a/b', 'é', '"\\', '\n\u0001'));
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(numbers, strings, fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
  ),
}));

/** Fractions with so many digits that not all of them may be those that JavaScript writes. */
const longFractions = fc
  .tuple(
    fc.oneof(fc.double({ min: 1e-7, max: 1, noNaN: true }), fc.double({ min: 1, max: 1e18, noNaN: true })),
    fc.integer({ min: 15, max: 18 }),
    fc.integer({ min: -2, max: 2 }),
  )
  .map(([value, digits, step]) => {
    const [whole = '', fraction = ''] = value.toFixed(Math.max(0, digits - Math.ceil(Math.log10(value)))).split('.');
    const moved = BigInt(whole + fraction) + BigInt(step);
    const padded = String(moved < 0n ? 0n : moved).padStart(fraction.length + 1, '0');
    return `${padded.slice(0, padded.length - fraction.length)}.${padded.slice(padded.length - fraction.length)}`;
  });

/** Numbers with and without fraction and exponent. */
const spelledNumbers = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.bigInt({ min: 1n, max: 10n ** 22n }).map(String)),
    fc.oneof(
      fc.constant(''),
      fc.array(fc.nat(9), { minLength: 1 }).map((digits) => `.${digits.join('')}`),
    ),
    fc.oneof(
      fc.constant(''),
      fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-', 'E-'), fc.nat(400)).map(([sign, power]) => `${sign}${power}`),
    ),
  )
  .map((parts) => parts.join(''));

const hardCases = [
  ['0.1', '-0.1', '0.30000000000000004', '0.3000000000000000', '0.3000000000000001', '0.10000000000000001'],
  ['5.0', '1e5', '1E5', '1.5e-7', '0.000001', '0.0000001', '0.00000123', '-0', '0', '-0.0', '00', '01', '1.', '.5'],
  ['9007199254740993', '123456789012345678901234567890', '-9007199254740993', '9007199254740993.0', '1e400'],
  [
    '0.0',
    '0.00000000',
    '0.00000010',
    '10.50',
    '100.000',
    '-7.0',
    '999999999999999.0',
    '1000000000000000.0',
    '0.50000000000000000',
  ],
  ['4503599627370497.5', '9007199254740991.5', '0.9999999999999999', '0.99999999999999994', '123456789.12345678'],
  ['{"a":1,"a":2}', '{"b":1,"1":2}', '{"1":1,"b":2}', '{"2":1,"1":2}', '{"10":1,"9":2}', '{"4294967295":1,"1":2}'],
  [String.raw`{"\u0061":1}`, String.raw`"\u0022\u005c\u0000\u001f\b\f\n\r\t\/\""`, String.raw`"\ud83d\ude00"`],
  [
    String.raw`"\ud83d"`,
    String.raw`"\x"`,
    '"\t"',
    '[1,]',
    '[,1]',
    '{"a"}',
    '{"a":}',
    '{a:1}',
    'tru',
    'nul',
    '[1 2]',
    '[',
  ],
  ['{ "a" : [ 1 , { } , [ ] , null ] }', ' 1', '"é ü 漢 😀"', '{"":{"":{}}}'],
].flat();

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What the kernel may say of the text. */
function expectWritten(text: string): void {
  const found = written(text);
  if (found === undefined) return;
  expect(isJson(text)).toBe(true);
  expect(found).toBe(writeJson(parseJson(text)));
}

describe('JSON that the kernel writes', () => {
  it('is what the host writes of the parsed value', () => {
    fc.assert(
      fc.property(values, fc.constantFrom('', ' ', '\n\t'), (value, space) => expectWritten(spell(value, space))),
      runs(2000),
    );
  });

  it('has fractions of 15 to 18 digits only where JavaScript writes them so', () => {
    fc.assert(fc.property(longFractions, expectWritten), runs(20_000));
  });

  it.each(hardCases)('is what the host writes of %s, if it is anything', expectWritten);

  it('has all fractions that JavaScript writes without an exponent', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ min: 1e-6, max: 1, noNaN: true }), fc.double({ min: 1, max: 1e15, noNaN: true })),
        (value) => {
          expect(written(String(value))).toBe(String(value));
        },
      ),
      runs(20_000),
    );
  });

  it('has all numbers, however they are spelled', () => {
    fc.assert(
      fc.property(spelledNumbers, (text) => {
        expect(written(text)).toBe(writeJson(parseJson(text)));
        expect(written(`[${text}]`)).toBe(writeJson(parseJson(`[${text}]`)));
      }),
      runs(5000),
    );
  });

  it.each([
    ['{ "a" : [ 1.5 , true , null , "x" ] }', '{"a":[1.5,true,null,"x"]}'],
    ['[123456789012345678901234567890,-0]', '[123456789012345678901234567890,-0]'],
    [String.raw`"\u4f60\/\n\"é"`, String.raw`"你/\n\"é"`],
    ['{"1":1,"b":{"b":2}}', '{"1":1,"b":{"b":2}}'],
    ['[81.0,-0.0,0.50,100.000]', '[81,-0,0.5,100]'],
    ['{"b":[1,2],"10":{"x":"y"},"9":3,"a":4,"0":{}}', '{"0":{},"9":3,"10":{"x":"y"},"b":[1,2],"a":4}'],
    [String.raw`{"\u00e9":1,"\u0031":2}`, '{"1":2,"é":1}'],
  ])('writes %s without the host', (text, expected) => {
    expect(written(text)).toBe(expected);
  });

  it('has the members of objects in the order of JavaScript, in whatever order they stand', () => {
    const key = fc.oneof(fc.nat(40).map(String), fc.constantFrom('a', 'b', 'é', '01', '4294967295', '4294967294', ''));
    const { object } = fc.letrec<{ object: string; member: string }>((tie) => ({
      object: fc
        .uniqueArray(fc.tuple(key, tie('member')), { selector: ([name]) => name, maxLength: 12 })
        .map((members) => `{ ${members.map(([name, member]) => `${JSON.stringify(name)} : ${member}`).join(' , ')} }`),
      member: fc.oneof({ maxDepth: 3 }, fc.constantFrom('1', '"x, y"', '[{}]'), tie('object')),
    }));
    fc.assert(
      fc.property(object, (text) => {
        expect(written(text)).toBe(writeJson(parseJson(text)));
      }),
      runs(1000),
    );
  });

  it('leaves to the host what is nested beyond 64 levels, and objects of more than 32 keys', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    const wide = (count: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, key) => [`k${key}`, 1])));
    expect(written(nested(64))).toBe(nested(64));
    expect(written(nested(65))).toBeUndefined();
    expect(written(wide(32))).toBe(wide(32));
    expect(written(wide(33))).toBeUndefined();
  });
});
