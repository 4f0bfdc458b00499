import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LeftOutMembers } from '../../../src/consumer/columns/members/left-out-members.ts';
import { PartialValues } from '../../../src/consumer/columns/members/partial-values.ts';
import { JsonValues } from '../../../src/consumer/ports/json-values.ts';
import { useKernel } from '../../../src/kernel/kernel.ts';
import { leftOutMax } from '../../../src/kernel/kinds.ts';
import { loadWindow } from '../../../src/kernel/load-values.ts';
import { pointerTo } from '../../../src/schema/json/json-pointer.ts';
import { runs } from '../../support/fuzzing.ts';

/** A value, and where members of it without a place begin and end, in bytes from its start; `undefined` when they are too many to tell. */
interface PartialText {
  readonly text: string;
  readonly members: readonly number[] | undefined;
}

/** Notes the values in the kernel, as many as it reads at once; their field is `p/q`. */
async function note(given: readonly PartialText[]): Promise<PartialValues> {
  const values = new JsonValues();
  for (const { text } of given) values.addText(text);
  const partial = new PartialValues();
  const leftOut = new LeftOutMembers();
  await useKernel((kernel) => {
    for (let first = 0; first < given.length;) {
      const loaded = loadWindow(kernel, { values, first, end: given.length });
      const positions: number[] = [];
      for (let at = 0; at < loaded; at++) {
        const start = kernel.viewInt32(kernel.starts, loaded)[at] ?? 0;
        const { members } = given[first + at] ?? {};
        const count = members === undefined ? leftOutMax + 1 : members.length / 2;
        leftOut.add(first + at, start, positions.length / 2, count);
        for (const position of members ?? []) positions.push(start + position);
      }
      const members = kernel.copyInInt32(Int32Array.from(positions));
      leftOut.note(partial, { kernel, path: '/p~1q', members });
      first += loaded;
    }
  });
  return partial;
}

/** The object of each value by its index, `undefined` for one whose members must be found out. */
function objectsOf(partial: PartialValues): (readonly [index: number, json: string | undefined])[] {
  const found: (readonly [index: number, json: string | undefined])[] = [];
  while (found.length < partial.length) {
    const { indexes, bytes, ends } = partial.objectsFrom(found.length, partial.length);
    if (indexes.length === 0) found.push([partial.indexAt(found.length), undefined]);
    for (const [at, index] of indexes.entries())
      found.push([index, Buffer.from(bytes.subarray(at === 0 ? 0 : ends[at - 1], ends[at])).toString()]);
  }
  return found;
}

/** Notes what stands between `«` and `»` in the texts; `«?»` says that it is not known. */
async function noteMarked(texts: readonly string[]) {
  return objectsOf(
    await note(
      texts.map((text) => ({
        text: text.replaceAll(/[«»?]/gu, ''),
        members: text.includes('«?»') ? undefined : membersOf(text),
      })),
    ),
  );
}

function membersOf(text: string): number[] {
  const pieces = text.split(/[«»]/u).map((piece) => Buffer.byteLength(piece));
  return pieces.slice(0, -1).map((_, at) => pieces.slice(0, at + 1).reduce((sum, bytes) => sum + bytes, 0));
}

/** Keys that JSON may write with escapes, and that a pointer must. */
const keys = fc.constantFrom('a', 'b', 'a/b', '~', 'é', 'with "quotes"', '\\', '01', '-1', '', '7', '12', '4294967295');
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

/** Writes JSON with some space, the members of objects in reverse, and notes where each value is. */
function write(given: unknown, pointer: string, start: number): Written {
  if (typeof given !== 'object' || given === null) return withOwn(JSON.stringify(given), { pointer, start }, []);
  const isArray = Array.isArray(given);
  let text = isArray ? '[' : '{';
  const members: Written['members'][number][] = [];
  const entries = Object.entries(given);
  for (const [index, [key, member]] of (isArray ? entries : entries.toReversed()).entries()) {
    text += `${index === 0 ? '' : ' , '}${isArray ? '' : `${JSON.stringify(key)}: `}`;
    const inner = write(member, pointerTo(pointer, isArray ? index : key), start + Buffer.byteLength(text));
    text += inner.text;
    members.push(...inner.members);
  }
  return withOwn(text + (isArray ? ']' : '}'), { pointer, start }, members);
}

/** Gives the JSON Pointers of all values within, in the order in which JavaScript has them. */
function pointersIn(given: unknown, pointer: string): string[] {
  if (typeof given !== 'object' || given === null) return [pointer];
  return [pointer, ...Object.entries(given).flatMap(([key, member]) => pointersIn(member, pointerTo(pointer, key)))];
}

function withOwn(
  text: string,
  { pointer, start }: { readonly pointer: string; readonly start: number },
  members: Written['members'],
): Written {
  const own = { pointer, json: JSON.stringify(JSON.parse(text)), start, end: start + Buffer.byteLength(text) };
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
    [
      '{"b":«[]»,"10":«1»,"a":{"x":«2»,"\\u0031":«3»},"9":[{"z":«4»,"2":«5»}],"01":«6»}',
      '{"/p~1q/9/0/2":5,"/p~1q/9/0/z":4,"/p~1q/10":1,"/p~1q/b":[],"/p~1q/a/1":3,"/p~1q/a/x":2,"/p~1q/01":6}',
    ],
    ['{"\\u00fc\\u002f":«1»,"\\ud83d\\ude00":«2»}', '{"/p~1q/ü~1":1,"/p~1q/😀":2}'],
    [`[${'0,'.repeat(1234)}{"a":«9007199254740993»}]`, '{"/p~1q/1234/a":9007199254740993}'],
  ])('are written with their JSON Pointers: %s', async (text, object) => {
    expect(await noteMarked([text, text])).toEqual([0, 1].map((index) => [index, object]));
  });

  it('are left to the host where a key needs an escape, or they are not known, and those of other rows are not', async () => {
    const texts = ['{"a":«[]»}', '{"a\\"":«[]»}', '{"a":«[]»}', '{"\\ud83d":«[]»}', '{"a":«?»{}}', '{"a":«[]»}'];
    const a = '{"/p~1q/a":[]}';
    expect((await noteMarked(texts)).map(([, json]) => json)).toEqual([a, undefined, a, undefined, undefined, a]);
  });

  it('are all written, however many values and however much text there are', async () => {
    const name = 'k'.repeat(400);
    const texts = Array.from({ length: 6000 }, (_, at) => `{"${name}":«[]»,"n":${at}}`);
    const objects = await noteMarked(texts);
    expect(objects.map(([index]) => index)).toEqual([...texts.keys()]);
    expect(new Set(objects.map(([, json]) => json))).toEqual(new Set([`{"/p~1q/${name}":[]}`]));
  });

  it('are those of where they stand, whatever values came before', async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, fc.infiniteStream(fc.boolean())), { maxLength: 5 }), async (all) => {
        const written = all.map(([given, choice]) => {
          const { text, members } = write(given, '/p~1q', 0);
          // of members within each other only one is ever left out; any of them must do all the same
          const left = members.filter(() => choice.next().value === true);
          const order = pointersIn(JSON.parse(text), '/p~1q');
          return { text, left, sorted: left.toSorted((a, b) => order.indexOf(a.pointer) - order.indexOf(b.pointer)) };
        });
        const chosen = written.filter(({ left }) => left.length > 0);
        const partial = await note(
          chosen.map(({ text, left }) => ({ text, members: left.flatMap(({ start, end }) => [start, end]) })),
        );
        for (const [index, json] of objectsOf(partial)) {
          const { sorted = [] } = chosen[index] ?? {};
          if (json === undefined) continue;
          expect(json).toBe(`{${sorted.map(({ pointer, json: of }) => `${JSON.stringify(pointer)}:${of}`).join(',')}}`);
          seen++;
        }
      }),
      runs(300),
    );
    // the generators must not miss what this is for
    expect(seen).toBeGreaterThan(100);
  });
});
