import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rescueLeftOut } from '../../../src/consumer/columns/left-out-members.ts';
import { PartialValues } from '../../../src/consumer/columns/partial-values.ts';
import { RescuedValues } from '../../../src/consumer/columns/rescued-values.ts';
import { JsonValues } from '../../../src/consumer/ports/json-values.ts';
import { pointerTo } from '../../../src/schema/json-pointer.ts';
import { runs } from '../../support/fuzzing.ts';
import { rescuedObjects } from '../../support/rescued-objects.ts';

/** Rescues what stands between `«` and `»` in the texts, which are the values of rows 0, 2, 4 and so on of the field `p/q`; `«?»` says that it is not known. */
async function rescue(texts: readonly string[]) {
  const values = new JsonValues();
  const partial = new PartialValues();
  for (const [index, text] of texts.entries()) {
    const json = text.replaceAll(/[«»?]/gu, '');
    const bytes = Buffer.from(`"before":${json}`);
    values.add(bytes, '"before":'.length, bytes.length);
    if (text.includes('«?»')) partial.add(index);
    else addMembers(partial, index, membersOf(text));
  }
  const rescued = new RescuedValues();
  const others: number[] = [];
  const rescueOne = (index: number): void => {
    others.push(index * 2);
    rescued.add(index * 2, '/one', index);
  };
  await rescueAll(values, partial, { rescued, rescueOne, rowOf: (index) => index * 2 });
  return { objects: rescuedObjects(rescued), others };
}

/** Adds a value with where its members begin and end in its source. */
function addMembers(partial: PartialValues, index: number, members: Int32Array): void {
  const shift = 1000;
  partial.addMembers(
    index,
    members.map((position) => position + shift),
    shift,
  );
}

async function rescueAll(
  values: JsonValues,
  { views: partial, length: end }: PartialValues,
  tools: Parameters<typeof rescueLeftOut>[1],
): Promise<void> {
  for (let first = 0; first < end;) first += await rescueLeftOut({ path: '/p~1q', values, partial, first, end }, tools);
}

function membersOf(text: string): Int32Array {
  const pieces = text.split(/[«»]/u).map((piece) => Buffer.byteLength(piece));
  const ends = pieces.map((_, at) => pieces.slice(0, at + 1).reduce((sum, bytes) => sum + bytes, '"before":'.length));
  return Int32Array.from(ends.slice(0, -1));
}

/** Keys that JSON may write with escapes, and that a pointer must. */
const keys = fc.constantFrom('a', 'b', 'a/b', '~', 'é', 'with "quotes"', '\\', '01', '-1', '');
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 1.5, 'text, {with} "all": [of] it\\'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

interface Written {
  readonly text: string;
  /** Every value within, in the order in which they begin. */
  readonly members: readonly {
    readonly pointer: string;
    readonly json: string;
    readonly start: number;
    readonly end: number;
  }[];
}

/** Writes JSON with some space, and notes where each value is. */
function write(given: unknown, pointer: string, start: number): Written {
  if (typeof given !== 'object' || given === null) return withOwn(JSON.stringify(given), { given, pointer, start }, []);
  const isArray = Array.isArray(given);
  let text = isArray ? '[' : '{';
  const members: Written['members'][number][] = [];
  for (const [index, [key, member]] of Object.entries(given).entries()) {
    text += `${index === 0 ? '' : ' , '}${isArray ? '' : `${JSON.stringify(key)}: `}`;
    const inner = write(member, pointerTo(pointer, isArray ? index : key), start + Buffer.byteLength(text));
    text += inner.text;
    members.push(...inner.members);
  }
  return withOwn(text + (isArray ? ']' : '}'), { given, pointer, start }, members);
}

function withOwn(
  text: string,
  { given, pointer, start }: { readonly given: unknown; readonly pointer: string; readonly start: number },
  members: Written['members'],
): Written {
  const own = { pointer, json: JSON.stringify(given), start, end: start + Buffer.byteLength(text) };
  return { text, members: [own, ...members] };
}

describe('members of arrays and structs that have no place', () => {
  it.each([
    ['{"a":«[]»}', '{"/p~1q/a":[]}'],
    [
      '{"n":1,"a":«{}»,"b":{"c":«[ ]»},"d":"]}\\"","e":«{"f":null}»}',
      '{"/p~1q/a":{},"/p~1q/b/c":[],"/p~1q/e":{"f":null}}',
    ],
    ['[1,[2,3],{"a":"x,y","b":[0,{"c":«[]»}]},{"c":«{}»}]', '{"/p~1q/2/b/1/c":[],"/p~1q/3/c":{}}'],
    ['{"x/y":{"a~b":«1.50»},"ü 😀":«"\\u0041"»}', '{"/p~1q/x~1y/a~0b":1.5,"/p~1q/ü 😀":"A"}'],
    [`[${'0,'.repeat(1234)}{"a":«9007199254740993»}]`, '{"/p~1q/1234/a":9007199254740993}'],
  ])('are written with their JSON Pointers: %s', async (text, object) => {
    expect(await rescue([text, text])).toEqual({ objects: [0, 2].map((row) => [row, object]), others: [] });
  });

  it('are left to the host where their order or their names must be found out, and those of other rows are not', async () => {
    const texts = [
      '{"a":«[]»}',
      '{"b":«[]»,"1":2,"a":«{}»}',
      '{"a":«[]»}',
      '{"\\u0061":«[]»}',
      '{"a":«?»{}}',
      '{"a":«[]»}',
    ];
    const { objects, others } = await rescue(texts);
    expect(others).toEqual([2, 6, 8]);
    expect(objects.map(([row]) => row)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(objects[2]).toEqual([4, '{"/p~1q/a":[]}']);
  });

  it('are all written, however many values and however much text there are', async () => {
    const name = 'k'.repeat(400);
    const texts = Array.from({ length: 6000 }, (_, at) => `{"${name}":«[]»,"n":${at}}`);
    const { objects, others } = await rescue(texts);
    expect(objects.map(([row]) => row)).toEqual(texts.map((_, at) => at * 2));
    expect(new Set(objects.map(([, json]) => json))).toEqual(new Set([`{"/p~1q/${name}":[]}`]));
    expect(others).toEqual([]);
  });

  it('are those of where they stand, whatever values came before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, fc.infiniteStream(fc.boolean())), { maxLength: 5 }), async (all) => {
        const written = all.map(([given, choice]) => {
          const { text, members } = write(given, '/p~1q', 0);
          // of members within each other only one is ever left out; any of them must do all the same
          return { text, members: members.filter(() => choice.next().value === true) };
        });
        const chosen = written.filter(({ members }) => members.length > 0);
        const values = new JsonValues();
        for (const { text } of chosen) values.addText(text);
        const partial = new PartialValues();
        for (const [index, { members }] of chosen.entries()) {
          const from = values.startAt(index);
          addMembers(partial, index, Int32Array.from(members.flatMap(({ start, end }) => [from + start, from + end])));
        }
        const rescued = new RescuedValues();
        const rescueOne = (row: number): void => {
          for (const { pointer, json } of chosen[row]?.members ?? []) rescued.add(row, pointer, JSON.parse(json));
        };
        await rescueAll(values, partial, { rescued, rescueOne, rowOf: (index) => index });
        expect(rescuedObjects(rescued)).toEqual(
          chosen.map(({ members }, row) => [
            row,
            `{${members.map(({ pointer, json }) => `${JSON.stringify(pointer)}:${json}`).join(',')}}`,
          ]),
        );
      }),
      runs(300),
    );
  });
});
