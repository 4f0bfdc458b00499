import type { Draw } from '../../../bench/kinds/draw.ts';
import { anySize, badBytes, constant, oneOf, type JsonText } from './json-text.ts';

const words = [
  'ward',
  'bed',
  'Zürich',
  'naïve',
  '温度',
  '😀',
  'a',
  'NULL',
  'true',
  '37',
  '2026',
  '-',
  '{',
  '[',
  '//',
  '  ',
];
const escapes = [
  String.raw`\n`,
  String.raw`\t`,
  String.raw`\"`,
  String.raw`\\`,
  String.raw`\/`,
  String.raw`\b`,
  String.raw`\u0000`,
  String.raw`\u00e9`,
  String.raw`\u00E9`,
  String.raw`\u2028`,
  String.raw`\ud83d\ude00`,
  String.raw`\ud800\udc00`,
  String.raw`\udbff\udfff`,
  String.raw`\u0041`,
  String.raw`\uFEFF`,
];
/** Halves of surrogates are JSON, but no UTF-8. */
const halves = [
  String.raw`\ud83d`,
  String.raw`\ude00`,
  String.raw`\ude00\ud83d`,
  String.raw`\ud83d\ud83d\ude00`,
  String.raw`\ud83dx`,
  String.raw`\ud83d\n`,
  String.raw`\uD83D\u0041`,
];
const broken = [
  '\t',
  '\n',
  '\u0000',
  '\u001f',
  String.raw`\x`,
  String.raw`\u12`,
  String.raw`\u12g4`,
  String.raw`\U0041`,
  '\\',
  '"',
  ...badBytes.map(([character]) => character),
];
const unicode = [
  'é',
  'ß',
  '\u007f',
  '\u0080',
  '\u07ff',
  '\u0800',
  '\uffff',
  '\u{10000}',
  '\u{10ffff}',
  '\u2028',
  '\ufeff',
];

/** A string of any length with something unusual in it, at any distance from where vectors of bytes begin and end. */
function stringWith(parts: readonly string[]): JsonText {
  return (draw) => {
    const before = 'abcdefghijklmnopqrstuvwxyz0123456789 _'.repeat(2).slice(0, draw.whole(70));
    const after = 'x'.repeat(draw.whole(draw.isTrue(0.5) ? 4 : 40));
    return `"${before}${draw.pick(parts)}${draw.isTrue(0.3) ? draw.pick(parts) : ''}${after}"`;
  };
}

const sentence: JsonText = (draw) => `"${Array.from({ length: draw.whole(12) }, () => draw.pick(words)).join(' ')}"`;
const identifier: JsonText = (draw) => `"${draw.hex(32)}"`;
const long: JsonText = (draw) => `"${draw.pick(['a', 'é', '温', '😀', String.raw`\n`]).repeat(anySize(draw, 3000))}"`;

/** A few strings, again and again: what dictionaries are made for. */
function fromFew(draw: Draw): JsonText {
  const kind = draw.pick([sentence, identifier, stringWith(unicode), stringWith(escapes)]);
  const count = anySize(draw, 300);
  return constant(...Array.from({ length: count }, () => kind(draw, 0)));
}

const dates = [
  '2026-11-23',
  '2024-02-29',
  '1999-12-31',
  '1582-10-15',
  '0001-01-01',
  '9999-12-31',
  '2026-02-29',
  '2026-13-01',
  '2026-1-1',
];
const clocks = ['09:15:02', '00:00:00', '23:59:59', '23:59:60', '24:00:00', '9:15:02', '09:15'];
const fractions = ['', '', '.1', '.12', '.120', '.123456', '.123456789', '.', ',5', '.000', '.999', '.1200'];
const zones = ['Z', 'Z', 'z', '+00:00', '-00:00', '+01:00', '-23:59', '+25:00', '+0100', '', ' UTC', '+14:00'];

/** A time as ISO 8601 has it, or nearly so. */
const oddTime: JsonText = (draw) =>
  `"${draw.pick(dates)}${draw.pick(['T', 'T', 'T', ' ', 't'])}${draw.pick(clocks)}${draw.pick(fractions)}${draw.pick(zones)}"`;
const usualTime: JsonText = (draw) => `"${new Date(1_795_425_300_000 + draw.whole(1e9)).toISOString()}"`;
const oddDate: JsonText = (draw) => `"${draw.pick(dates)}"`;
const usualDate: JsonText = (draw) => `"${new Date(draw.whole(2e12)).toISOString().slice(0, 10)}"`;

export const brokenString = stringWith(broken);
const halfSurrogate = stringWith(halves);

/** The kinds of strings that a field may have. */
export function stringTexts(draw: Draw): JsonText {
  return draw.pick([
    fromFew(draw),
    sentence,
    identifier,
    usualTime,
    usualDate,
    stringWith(escapes),
    stringWith(unicode),
    oneOf([usualTime, oddTime]),
    oddTime,
    oneOf([oddDate, usualDate]),
    long,
    oneOf([sentence, halfSurrogate]),
  ]);
}

export const anyString = oneOf([
  sentence,
  identifier,
  usualTime,
  usualDate,
  oddTime,
  oddDate,
  stringWith(escapes),
  stringWith(unicode),
  halfSurrogate,
]);
