import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RescuedValues } from '../../../src/consumer/columns/rescue/rescued-values.ts';
import { takeMembers, type MemberFate } from '../../../src/consumer/columns/members/take-members.ts';
import { parseJson, writeJson } from '../../../src/schema/json/exact-json.ts';
import { pointerTo } from '../../../src/schema/json/json-pointer.ts';
import { rescuedObjects } from '../../support/rescued-objects.ts';

const keys = fc.constantFrom('a', 'b', 'é', 'x/y~', '7', '12', '01', '', 'long key of the record', '"', 'A');
const space = fc.constantFrom('', '', '', ' ', '\n\t');
const values = fc.oneof(
  fc.constantFrom(
    '1',
    '-0',
    '1.50',
    '1e3',
    '0.1',
    'null',
    'true',
    '"x"',
    String.raw`"\u00e9\n"`,
    '9007199254740993',
    '"é"',
  ),
  fc.constantFrom(
    '{"b":1, "a":[1, {}],"1":2}',
    '[[1.0],[]]',
    '{}',
    '[ ]',
    '{"k":"}]"}',
    '[1',
    '01',
    'tru',
    '"a',
    '{"a" 1}',
  ),
  fc.jsonValue().map((value) => JSON.stringify(value)),
);
const member = fc.tuple(space, keys, space, values, space).map(([first, key, middle, value, last]) => ({
  key,
  text: `${first}${JSON.stringify(key)}${middle}:${middle}${value}${last}`,
}));
/** A key that is written with an escape stays, whatever its name. */
const fateOf = (name: string): MemberFate =>
  name === 'b' ? 'denied' : ['a', 'A', '"'].includes(name) ? 'stays' : 'rescued';

describe('members that are taken out of a record', () => {
  it('leave the record as it is without them, and are rescued as parsing does it', () => {
    fc.assert(
      fc.property(fc.array(member, { maxLength: 6 }), fc.nat({ max: 3 }), (members, before) => {
        const text = `{${members.map(({ text: of }) => of).join(',')}}`;
        const bytes = Buffer.from(`${','.repeat(before)}${text}`);
        const taken = takeMembers(bytes, { start: before, end: bytes.length }, fateOf);
        // a record that keeps all of its members is parsed
        const found =
          taken === undefined
            ? parsed(text)
            : { left: withGaps(bytes, before, taken.gaps), rescued: rescuedOf(bytes, taken.members) };
        expect(found).toEqual(parsed(text) ?? found);
      }),
    );
  });

  it('are all members of a usual record', () => {
    const text = '{"a":1,"p":{"q":[1,"}"]},"x": 2.5,"A":{"b":"\\"}"},"b":null,"n":null,"z":"é"}';
    const bytes = Buffer.from(text);
    const { members = [], gaps = [] } = takeMembers(bytes, { start: 0, end: bytes.length }, fateOf) ?? {};
    expect(rescuedOf(bytes, members)).toEqual('{"/p":{"q":[1,"}"]},"/x":2.5,"/z":"é"}');
    expect(withGaps(bytes, 0, gaps)).toEqual({ a: 1, A: { b: '"}' } });
  });

  it('are none of a record that is no JSON, has a key twice, or is no UTF-8', () => {
    for (const text of [
      '',
      'x',
      '{',
      '{"x":1',
      '{"x":1,}',
      '{"x"1}',
      '{"x":1 "y":2}',
      '{,"x":1}',
      '{"x":1,"x":2}',
      '{"x":01}',
      '{"x":"\n"}',
    ])
      expect(takeMembers(Buffer.from(text), { start: 0, end: Buffer.byteLength(text) }, fateOf)).toBeUndefined();
    const damaged = Buffer.from('{"x":"?"}');
    damaged[6] = 0xff;
    expect(takeMembers(damaged, { start: 0, end: damaged.length }, fateOf)).toBeUndefined();
    expect(takeMembers(Buffer.from('{"x":1}'), { start: 0, end: 6 }, fateOf)).toBeUndefined();
  });
});

type Taken = NonNullable<ReturnType<typeof takeMembers>>;

function withGaps(bytes: Buffer, start: number, gaps: Taken['gaps']): unknown {
  const left = Buffer.from(bytes);
  for (let at = 0; at < gaps.length; at += 2) left.fill(' ', gaps[at], gaps[at + 1]);
  try {
    return parseJson(left.toString('utf8', start));
  } catch {
    return 'no JSON';
  }
}

function rescuedOf(bytes: Buffer, members: Taken['members']): string | undefined {
  const rescued = new RescuedValues();
  for (const each of members) rescued.addMember(0, bytes, each);
  return rescuedObjects(rescued)[0]?.[1];
}

/** What parsing makes of the record; `undefined` when it is no JSON. */
function parsed(text: string): { left: unknown; rescued: string | undefined } | undefined {
  const record = fromJson(text);
  if (record === undefined) return undefined;
  const members = Object.entries(record);
  const rescued = members.filter(([key, value]) => fateOf(key) === 'rescued' && value !== null);
  const written = rescued.map(([key, value]) => `${JSON.stringify(pointerTo('', key))}:${writeJson(value)}`);
  return {
    left: Object.fromEntries(members.filter(([key]) => fateOf(key) === 'stays')),
    rescued: written.length === 0 ? undefined : `{${written.join(',')}}`,
  };
}

function fromJson(text: string): object | undefined {
  try {
    return Object(parseJson(text));
  } catch {
    return undefined;
  }
}
