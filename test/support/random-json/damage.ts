import type { Draw } from '../../../bench/kinds/draw.ts';
import type { JsonText } from './json-text.ts';
import { anyValue, brokenValue, deepValue } from './value-texts.ts';

/** Makes another record of one. */
export type Damage = (draw: Draw, text: string) => string;

const marks = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '\\',
  ' ',
  '0',
  '-',
  'e',
  't',
  'n',
  '\u0000',
  '\ufeff',
  '\n',
  '}}',
  '{}',
  '""',
];
const noObjects = [
  '',
  ' ',
  'null',
  '[]',
  '[{"a":1}]',
  '1',
  '"a"',
  'true',
  '{',
  '}',
  '{"a"',
  '{"a":',
  '{"a":1',
  '{"a":1,',
  '{"a":1,}',
  '{,}',
];

const cutShort: Damage = (draw, text) => text.slice(0, draw.whole(text.length + 1));
const cutOut: Damage = (draw, text) => {
  const at = draw.whole(text.length + 1);
  return text.slice(0, at) + text.slice(at + 1 + draw.whole(3));
};
const putIn: Damage = (draw, text) => {
  const at = draw.whole(text.length + 1);
  return text.slice(0, at) + draw.pick(marks) + text.slice(at);
};
const noObject: Damage = (draw) => draw.pick(noObjects);
const around: Damage = (draw, text) =>
  draw.pick(['\ufeff', ' ', '\n', '\u00a0', '']) + text + draw.pick([' ', '\n', ',', '}', '\u0000', '']);
const twice: Damage = (_draw, text) => text + text;

/** A member that is added to a record: one that the records have already, or one that is broken or deep. */
function withMember(value: JsonText): Damage {
  return (draw, text) => {
    const key = /"(?:[^"\\]|\\.)*"(?=\s*:)/.exec(text)?.[0] ?? '"a"';
    const name = draw.isTrue(0.6) ? key : draw.isTrue(0.5) ? key.toUpperCase() : '"new"';
    const member = `${name}:${value(draw, 0)}`;
    const isFirst = draw.isTrue(0.5);
    const end = text.lastIndexOf('}');
    if (end < 0 || !text.startsWith('{')) return `{${member}}`;
    const inside = text.slice(1, end);
    const comma = inside.trim() === '' ? '' : ',';
    return `{${isFirst ? member + comma + inside : inside + comma + member}}`;
  };
}

const damages: readonly Damage[] = [
  cutShort,
  cutOut,
  cutOut,
  putIn,
  putIn,
  noObject,
  around,
  twice,
  withMember(brokenValue),
  withMember(brokenValue),
  withMember(deepValue),
  withMember(anyValue),
  withMember(anyValue),
];

/** Chooses what is wrong with the records of a topic that only a faulty sender writes: of one kind, or of all. */
export function randomDamage(draw: Draw): Damage {
  const chosen = draw.isTrue(0.5) ? damages : [draw.pick(damages)];
  return (each, text) => each.pick(chosen)(each, text);
}
