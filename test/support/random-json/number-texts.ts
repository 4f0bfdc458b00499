import type { Draw } from '../../../bench/kinds/draw.ts';
import { constant, oneOf, type JsonText } from './json-text.ts';

/** Numbers at the edges of what doubles hold, and spellings that few writers use. */
const edges = constant(
  '0',
  '-0',
  '0.0',
  '-0.0',
  '0e0',
  '-0e5',
  '0E+7',
  '5e-324',
  '-5e-324',
  '4.9e-324',
  '2.4703282292062327e-324',
  '2.4703282292062328e-324',
  '2.2250738585072014e-308',
  '2.2250738585072011e-308',
  '1.7976931348623157e308',
  '1.7976931348623158e308',
  '1.7976931348623159e308',
  '1e308',
  '1e309',
  '-1e400',
  '1e-400',
  '1E5',
  '1e+05',
  '1e-07',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '9007199254740992.0',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '18446744073709551615',
  '1e22',
  '1e23',
  '18446744073709551616',
  '0.1',
  '0.30000000000000004',
  '123456789012345678',
  '1.0',
  '100',
  '3e0',
  '7e-1',
  '1e15',
  '2147483647',
  '2147483648',
  '-2147483649',
  '32768',
  '128',
  '16777217',
  '3.4028235e38',
  '3.5e38',
  '99999.9',
  '1e999999',
);

/** What is no number in JSON, though it looks like one. */
export const brokenNumber = constant(
  '01',
  '-',
  '1.',
  '.5',
  '+1',
  '1e',
  '1e+',
  '-a',
  '0x10',
  'NaN',
  'Infinity',
  '-Infinity',
  '1_000',
  '1.5.',
  '--1',
  '00',
  '1e5.5',
  '١',
  '1 2',
  '0-',
  '-01',
  '1.e5',
  '1E',
  '9007199254740993.',
  '123456789012345678901e',
);

function digits(draw: Draw, count: number): string {
  let text = '';
  for (let at = 0; at < count; at++) text += String.fromCharCode(0x30 + draw.whole(10));
  return text;
}

function withoutZeros(text: string): string {
  return text.replace(/^0+(?=\d)/, '');
}

function sign(draw: Draw): string {
  return draw.isTrue(0.3) ? '-' : '';
}

const smallInteger: JsonText = (draw) => String(draw.whole(1000) - 100);
const tenths: JsonText = (draw) => (draw.whole(800) / 10).toFixed(1);
const decimals: JsonText = (draw) => draw.decimal(-1000, 1000, draw.whole(9)).toString();
const clock: JsonText = (draw) => String(1_795_425_300_000 + draw.whole(1e9));
const double: JsonText = (draw) => JSON.stringify(draw.double());
const integer: JsonText = (draw) => sign(draw) + withoutZeros(digits(draw, 1 + draw.whole(25)));

/** Ids of 64 bits, most of which no double holds. */
const longId: JsonText = (draw) =>
  sign(draw) + (1 + draw.whole(9)) + digits(draw, draw.pick([0, 15, 17, 18, 18, 18, 19]));

/** Any of the 2^64 patterns of bits that are a number. */
const anyDouble: JsonText = (draw) => {
  const value = doubleOf(draw.whole(2 ** 32), draw.whole(2 ** 32));
  return Number.isFinite(value) ? JSON.stringify(value) : '0';
};

/** Digits, a point somewhere among them, perhaps an exponent. */
const spelledOut: JsonText = (draw) => {
  const whole = withoutZeros(digits(draw, 1 + draw.whole(20)));
  const exponent = draw.isTrue(0.4) ? draw.pick(['e', 'E']) + draw.pick(['', '+', '-', '-0']) + draw.whole(330) : '';
  return `${sign(draw)}${whole}.${digits(draw, 1 + draw.whole(20))}${exponent}`;
};

/** A number half way between two doubles, or so near to it that only its last digits tell on which side. */
const halfway: JsonText = (draw) => {
  const exponent = draw.isTrue(0.1) ? -1075 : draw.whole(draw.isTrue(0.8) ? 80 : 600) - 40;
  const mantissa = BigInt(draw.whole(2 ** 21)) * 2n ** 32n + BigInt(draw.whole(2 ** 32));
  const twice = mantissa * 2n + 1n;
  const [whole, tens] = exponent >= 0 ? [twice << BigInt(exponent), 0] : [twice * 5n ** BigInt(-exponent), exponent];
  const text = String(whole);
  const power = tens === 0 ? '' : `e${tens}`;
  switch (draw.whole(4)) {
    case 0:
      return text + power;
    case 1:
      return `${text}.${'0'.repeat(draw.whole(12))}1${power}`;
    case 2:
      return String(whole - 1n) + power;
    default: {
      const kept = 17 + draw.whole(9);
      return text.length > kept ? `${text.slice(0, kept)}e${text.length - kept + tens}` : text + power;
    }
  }
};

const bits = new DataView(new ArrayBuffer(8));

function doubleOf(high: number, low: number): number {
  bits.setUint32(0, high);
  bits.setUint32(4, low);
  return bits.getFloat64(0);
}

/** The kinds of numbers that a field may have; each sender writes one or two of them. */
export const numberTexts: readonly JsonText[] = [
  smallInteger,
  tenths,
  decimals,
  clock,
  double,
  integer,
  longId,
  longId,
  anyDouble,
  spelledOut,
  halfway,
  edges,
];

export const anyNumber = oneOf(numberTexts);
