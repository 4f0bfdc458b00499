import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemberPointers } from '../../../src/consumer/table/member-pointers.ts';
import { pointerTo } from '../../../src/schema/json-pointer.ts';
import { runs } from '../../support/fuzzing.ts';

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
  readonly members: readonly { readonly pointer: string; readonly start: number; readonly end: number }[];
}

/** Writes JSON as `JSON.stringify` does, and notes where each value is. */
function write(given: unknown, pointer: string, start: number): Written {
  if (typeof given !== 'object' || given === null) return at(JSON.stringify(given), pointer, start, []);
  const isArray = Array.isArray(given);
  let text = isArray ? '[' : '{';
  const members: Written['members'][number][] = [];
  for (const [index, [key, member]] of Object.entries(given).entries()) {
    text += `${index === 0 ? '' : ' , '}${isArray ? '' : `${JSON.stringify(key)}: `}`;
    const inner = write(member, pointerTo(pointer, isArray ? index : key), start + Buffer.byteLength(text));
    text += inner.text;
    members.push(...inner.members);
  }
  return at(text + (isArray ? ']' : '}'), pointer, start, members);
}

function at(text: string, pointer: string, start: number, members: Written['members']): Written {
  return { text, members: [{ pointer, start, end: start + Buffer.byteLength(text) }, ...members] };
}

describe('pointers of members', () => {
  it('are those of where they stand, whatever values came before', () => {
    const values = fc.array(fc.tuple(value, fc.infiniteStream(fc.boolean())), { maxLength: 5 });
    fc.assert(
      fc.property(values, (all) => {
        const pointers = new MemberPointers();
        for (const [given, choice] of all) {
          const space = '  ';
          const written = write(given, '/field', space.length);
          // of members within each other only one is ever left out; any order of them must do all the same
          const chosen = written.members.filter(() => choice.next().value === true);
          const members = Int32Array.from(chosen.flatMap(({ start, end }) => [start, end]));
          const bytes = Buffer.from(space + written.text);
          expect(pointers.within(bytes, space.length, { path: '/field', members })).toEqual(
            chosen.map(({ pointer }) => pointer),
          );
        }
      }),
      runs(200),
    );
  });

  it('are not told where JavaScript would give the members in another order', () => {
    const bytes = Buffer.from('{"b":[],"1":[]}');
    const members = Int32Array.of(12, 14);
    expect(new MemberPointers().within(bytes, 0, { path: '/field', members })).toBeUndefined();
    expect(new MemberPointers().within(bytes, 0, { path: '/field', members: Int32Array.of(5, 7) })).toEqual([
      '/field/b',
    ]);
  });
});
