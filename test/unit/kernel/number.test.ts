import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createKernel, type Kernel } from '../../../src/kernel/kernel.ts';
import { runs } from '../../support/fuzzing.ts';

const kernel = createKernel();

/** Reads the text as a number with something behind it; `undefined` when the kernel declines it. */
function read(text: string, by: Kernel = kernel): number | undefined {
  by.fill(Buffer.from(`${text},`));
  const end = by.calls.endOfNumber(by.window);
  if (end === 0) return undefined;
  expect(end - by.window).toBe(text.length);
  return by.calls.numberValue.value;
}

const doubleOf = (bits: bigint): number => new Float64Array(BigUint64Array.of(bits).buffer)[0] ?? 0;

/** Doubles of random bits, so of all magnitudes. */
const doubles = fc
  .bigInt({ min: 0n, max: 2n ** 64n - 1n })
  .map(doubleOf)
  .filter(Number.isFinite);
const subnormals = fc.bigInt({ min: 1n, max: 2n ** 52n }).map(doubleOf);
const powers = fc.integer({ min: -400, max: 400 });

const texts = fc.oneof(
  fc
    .tuple(fc.oneof(doubles, subnormals), fc.integer({ min: 0, max: 20 }))
    .map(([value, digits]) => value.toExponential(digits)),
  doubles.map((value) => JSON.stringify(value)),
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), powers).map(([digits, power]) => `${digits}e${power}`),
  fc.tuple(fc.nat(), fc.stringMatching(/^[0-9]{1,30}$/)).map(([whole, fraction]) => `${whole}.${fraction}`),
  fc.stringMatching(/^-?0\.0{0,30}[0-9]{1,20}([eE][-+]?[0-9]{1,4})?$/),
);

/** Numbers halfway between two doubles, and their neighbours: an odd integer of 54 bits times a power of two. */
const halves = fc
  .tuple(
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 54n - 1n }),
    fc.integer({ min: -10, max: 8 }),
    fc.integer({ min: -1, max: 1 }),
  )
  .map(([mantissa, exponent, step]) => {
    const odd = mantissa | 1n;
    if (exponent >= 0) return `${(odd << BigInt(exponent)) + BigInt(step)}.0`;
    const places = BigInt(-exponent);
    const digits = odd * 5n ** places + BigInt(step);
    return `${digits}e${exponent}`;
  });

const hardCases = [
  ['5e-324', '4.9e-324', '2.4703282292062327e-324', '2.4703282292062328e-324', '2.47e-324', '1e-400', '0e999999999'],
  ['2.2250738585072011e-308', '2.2250738585072014e-308', '2.225073858507201e-308', '6631236846766476e-315'],
  ['1.7976931348623157e308', '1.7976931348623158e308', '8.5e22', '1e23', '1e22', '1e-22', '3.0e-22'],
  ['9007199254740993.0', '9007199254740992.5', '9007199254740993e0', '4503599627370497.5', '1448997445238699'],
  ['0.000000000000000000000000012345678901234567', '-0', '-0.0', '-0e5', '9007199254740991', '-9007199254740991'],
].flat();

/** Gives the number that the kernel should read; integers that a double can't tell from others are text. */
function expected(text: string): number | undefined {
  const value = Number(text);
  const isInDigits = /^-?[0-9]+$/.test(text);
  return Number.isFinite(value) && (!isInDigits || Number.isSafeInteger(value)) ? value : undefined;
}

describe('numbers of JSON in the kernel', () => {
  it.each(hardCases)('reads %s to the bits that JSON.parse gives', (text) => {
    expect(read(text)).toBe(JSON.parse(text));
  });

  it('reads what JSON.parse reads, to the last bit', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(read(text)).toBe(expected(text));
      }),
      runs(3000),
    );
  });

  it('rounds what lies halfway between two doubles to the even one', () => {
    fc.assert(
      fc.property(halves, (text) => {
        expect(read(text)).toBe(Number(text));
      }),
      runs(3000),
    );
  });

  it('needs no string for numbers of up to 19 digits', () => {
    const other = createKernel();
    const stringAt = vi.spyOn(other, 'stringAt');
    const values = fc.sample(doubles, 1000).flatMap((value) => [JSON.stringify(value), value.toExponential(18)]);
    for (const text of values.filter((each) => /[.e]/.test(each))) expect(read(text, other)).toBe(Number(text));
    expect(stringAt).not.toHaveBeenCalled();
    const long = '0.12345678901234567890123';
    expect(read(long, other)).toBe(Number(long));
    expect(stringAt).toHaveBeenCalledOnce();
  });

  it.each([
    '9007199254740992',
    '12345678901234567',
    '1e309',
    '-1e309',
    '01',
    '1.',
    '1.e5',
    '.5',
    '-',
    '1e',
    '1e+',
    '+1',
  ])('declines %s', (text) => {
    expect(read(text)).toBeUndefined();
  });
});
