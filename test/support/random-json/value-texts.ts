import type { Draw } from '../../../bench/kinds/draw.ts';
import { anySize, constant, mostly, oneOf, type JsonText } from './json-text.ts';
import { keyText } from './key-texts.ts';
import { anyNumber, brokenNumber, numberTexts } from './number-texts.ts';
import { anyString, brokenString, stringTexts } from './string-texts.ts';

const depthMax = 5;
const boolean = constant('true', 'false');
const nothing = constant('null');
const brokenWord = constant('truE', 'nul', 'nulll', 'TRUE', 'undefined', 'None', 'fals', 'tru"', "'a'", '', '/**/1');

/** A value of any kind, as if another sender had written it. */
export const anyValue: JsonText = (draw, progress) => anyNested(draw, progress, 3);

function anyNested(draw: Draw, progress: number, depth: number): string {
  const kind = draw.whole(depth === 0 ? 6 : 8);
  if (kind < 2) return anyNumber(draw, progress);
  if (kind < 4) return anyString(draw, progress);
  if (kind < 6)
    return draw.pick(['true', 'false', 'null', '{}', '[]', '{ }', '[ ]', '[null]', '{"x":null}', '[[]]', '[{}]']);
  const inner = Array.from({ length: draw.whole(4) }, () => anyNested(draw, progress, depth - 1));
  return kind === 6 ? `[${inner.join(',')}]` : `{${inner.map((text) => `${keyText(draw)}:${text}`).join(',')}}`;
}

/** What no JSON has. */
export const brokenValue = oneOf([brokenNumber, brokenString, brokenWord]);

/** Brackets in brackets. */
export const deepValue: JsonText = (draw) => {
  const levels = draw.isTrue(0.9) ? anySize(draw, 40) : 490 + draw.whole(20);
  const [open, close] = draw.pick([
    ['[', ']'],
    ['{"x":', '}'],
    ['[{"x":', '}]'],
  ]);
  return `${open.repeat(levels)}${draw.pick(['1', '"a"', 'null', '[]'])}${close.repeat(levels)}`;
};

/** Chooses what a field has: values of a kind in most cases, and some of others. */
function fieldValue(draw: Draw, depth = 0): JsonText {
  const rate = draw.pick([0, 0, 0, 0.0005, 0.01, 0.3]);
  const usual = mostly(valueOfKind(draw, depth), nothing, draw.pick([0, 0, 0.05, 0.7]));
  return mostly(usual, anyValue, rate);
}

function valueOfKind(draw: Draw, depth: number): JsonText {
  const kind = draw.whole(depth < depthMax ? 15 : 9);
  if (kind < 4) return draw.pick(numberTexts);
  if (kind < 7) return stringTexts(draw);
  if (kind === 7) return boolean;
  if (kind === 8) return oneOf([draw.pick(numberTexts), stringTexts(draw), boolean].slice(draw.whole(2)));
  if (kind < 11) return structValue(draw, depth + 1);
  if (kind === 11) return mapValue(draw, depth + 1);
  // values of several types by turns
  if (kind === 12) return oneOf(Array.from({ length: 2 + draw.whole(4) }, () => valueOfKind(draw, depth + 1)));
  return arrayValue(draw, depth + 1);
}

function arrayValue(draw: Draw, depth: number): JsonText {
  const element = fieldValue(draw, depth);
  const lengthMax = draw.pick([1, 3, 3, 20]);
  const [between] = draw.pick([[','], [','], [', '], ['\n,\t']]);
  return (each, progress) =>
    `[${Array.from({ length: each.whole(lengthMax + 1) }, () => element(each, progress)).join(between)}]`;
}

/** Keys that never end. */
function mapValue(draw: Draw, depth: number): JsonText {
  const value = fieldValue(draw, depth);
  const prefix = draw.pick(['', 'user-', 'ü']);
  const keys = anySize(draw, 2000);
  return (each, progress) =>
    `{${Array.from({ length: each.whole(5) }, () => `"${prefix}${each.whole(keys)}":${value(each, progress)}`).join(',')}}`;
}

/** A member of an object that may be there, from some record of the batch on. */
export interface Member {
  readonly text: JsonText;
  readonly share: number;
  readonly begins: number;
}

/** Chooses the members of an object. */
export function membersOf(draw: Draw, count: number, depth: number): Member[] {
  const space = draw.pick(['', '', '', ' ', '  ', '\n\t']);
  return Array.from({ length: count }, () => {
    const value = fieldValue(draw, depth);
    const key = keyText(draw);
    const spellings = draw.isTrue(0.05) ? [key, keyText(draw)] : [key];
    return {
      text: (each, progress) => `${each.pick(spellings)}${space}:${space}${value(each, progress)}`,
      share: draw.pick([1, 1, 1, 0.9, 0.5, 0.02]),
      begins: draw.isTrue(0.15) ? draw.share() : 0,
    };
  });
}

function structValue(draw: Draw, depth: number): JsonText {
  const members = membersOf(draw, draw.isTrue(0.03) ? 70 : draw.whole(6), depth);
  const isOrdered = draw.isTrue(0.7);
  return (each, progress) => `{${textsOf(members, each, progress, isOrdered).join(',')}}`;
}

/** The members that one object has. */
export function textsOf(members: readonly Member[], draw: Draw, progress: number, isOrdered: boolean): string[] {
  const present: string[] = [];
  for (const { text, share, begins } of members)
    if (begins <= progress && (share === 1 || draw.isTrue(share))) present.push(text(draw, progress));
  return isOrdered ? present : draw.shuffled(present);
}
