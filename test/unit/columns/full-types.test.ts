import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementLeavesMax as kernelElementLeavesMax, membersMax } from '../../../src/kernel/kinds.ts';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import { parseType } from '../../../src/schema/types/hive-ddl.ts';
import { siblingName } from '../../../src/schema/names/sibling.ts';
import { elementLeavesMax, leavesMax } from '../../../src/schema/types/type-weight.ts';
import { differenceIn } from '../../support/both-ways.ts';
import { slicesOfSize } from '../../support/chunks.ts';
import { runs } from '../../support/fuzzing.ts';
import { testRecipe } from '../../support/lake.ts';
import { anyMember, nestedValue } from '../../support/odd-values.ts';

/** So many fields of a struct, as its type has them and as JSON has them. */
const fieldsOf = (count: number, first = 0): string =>
  Array.from({ length: count }, (_, index) => `f${first + index}:boolean`).join();
const membersOf = (count: number, first = 0): string =>
  Array.from({ length: count }, (_, index) => `"f${first + index}":true`).join();

/** A key, arrays of strings, and the place of these beside a field of that name. */
const longKey = 'k'.repeat(190);
const nestedStrings = `${'array<'.repeat(9)}string${'>'.repeat(9)}`;
const cutName = siblingName(longKey, parseType(nestedStrings));

/** Types that get no more leaves, and some that get a few. */
const types = fc.constantFrom(
  `struct<${fieldsOf(leavesMax)}>`,
  `struct<${fieldsOf(leavesMax - 1)}>`,
  `struct<${fieldsOf(leavesMax - 2)},a:double,a_string:string>`,
  `struct<${fieldsOf(leavesMax - 2)},a_string:string,b_json:string>`,
  `struct<${fieldsOf(leavesMax - 2)},a_string:double,b_double:string>`,
  `struct<${fieldsOf(leavesMax - 3)},a:boolean,a_string:double,a_string_string:string>`,
  `struct<${fieldsOf(leavesMax - 2)},x_y:double,x_y_string:string>`,
  `struct<${fieldsOf(leavesMax - 2)},a:struct<d:double>,b:array<double>>`,
  `struct<${fieldsOf(leavesMax - 2)},a_struct:struct<d:double>,b_array_double:array<double>>`,
  `struct<${fieldsOf(leavesMax - 2)},a:bigint,b:timestamp>`,
  `struct<${fieldsOf(leavesMax - 2)},a:map<string,double>>`,
  `array<struct<${fieldsOf(elementLeavesMax)}>>`,
  `array<struct<${fieldsOf(elementLeavesMax - 1)},a:double>>`,
  `array<array<struct<${fieldsOf(elementLeavesMax - 1)},a:array<struct<d:double>>>>>`,
  `struct<a:array<struct<${fieldsOf(elementLeavesMax)}>>,b:array<struct<${fieldsOf(elementLeavesMax)}>>>`,
);

/** Values that grow the type of a new column until it gets no more leaves. */
const fillers = fc.constantFrom(
  [`{${membersOf(400)}}`, `{${membersOf(100, 400)}}`],
  [`{${membersOf(400)},"a":1}`, `{${membersOf(98, 400)}}`],
  [`{${membersOf(400)},"a":{"d":1}}`, `{${membersOf(99, 400)},"b":"x"}`],
  [`[{${membersOf(100)}},{${membersOf(100, 100)}}]`],
  [`[{${membersOf(99)},"a":1},{${membersOf(98, 100)}}]`, '[{"a":"x"}]'],
  [`{"a":[{${membersOf(150)}}],"b":[[{${membersOf(150)}}]]}`, `{"a":[{${membersOf(150, 50)}}]}`],
);

/** Values whose keys are data. */
const dataKeys = fc.oneof(
  fc.constantFrom('x', 'X', 'x y', 'X.Y', 'x_y', 'f1', 'F1', 'a', 'A_string', '__proto__', ''),
  fc.constantFrom('7', '12', '007', 'é', 'É', 'u00e9', '名前', 'y"', 'k'.repeat(260)),
  fc.stringMatching(/^[ -!#-[\]-~]{1,3}$/),
);
const escaped = (key: string): string =>
  `"${Array.from({ length: key.length }, (_, at) => String.raw`\u${key.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`;
const ofDataKeys = fc
  .array(fc.tuple(dataKeys, fc.oneof(anyMember, nestedValue), fc.boolean()), { maxLength: 4 })
  .map(
    (members) =>
      `{${members.map(([key, value, isEscaped]) => `${isEscaped ? escaped(key) : JSON.stringify(key)}:${value}`).join()}}`,
  );
const anyValue = fc.oneof(
  nestedValue,
  ofDataKeys,
  fc.array(ofDataKeys, { maxLength: 3 }).map((each) => `[${each.join()}]`),
);
const values = fc
  .tuple(
    fc.oneof(fc.constant([]), fillers),
    fc.array(anyValue, { minLength: 1, maxLength: 6 }),
    fc.array(fc.nat(), { minLength: 20, maxLength: 60 }),
  )
  .map(([first, some, order]) => [...first, ...order.map((each) => some[each % some.length] ?? 'null')]);

/** Gives a batch of values of one type, which stand in a struct: a column of the type itself would be JSON text where its keys are data. */
function batchOf(given: readonly string[], { type, ...rules }: Rules, window: number) {
  const records = given.map((value) => ({ value: `{"p":{"s":${value}}}` }));
  const recipe = { ...testRecipe, ...rules, hints: type === undefined ? '' : `p struct<s:${type}>` };
  return { records: records.length, slices: slicesOfSize(records, window), recipe };
}

interface Rules extends Partial<Pick<Recipe, 'numbers' | 'depthMax'>> {
  readonly type: string | undefined;
}

const rules: fc.Arbitrary<Rules> = fc.record({
  numbers: fc.constantFrom('double' as const, 'split' as const),
  depthMax: fc.constantFrom(4, 5, 8),
  type: fc.oneof(fc.constant(undefined), types),
});

describe('members of structs that get no more fields', () => {
  it('are told by the same limits in the kernel', () => {
    expect([membersMax, kernelElementLeavesMax]).toEqual([leavesMax, elementLeavesMax]);
  });

  it.each([
    ['a key that comes twice', `struct<${fieldsOf(leavesMax)}>`, ['{"f1":true,"x":1,"x":2}', '{"x":1,"y":2,"x":null}']],
    [
      'a field in another spelling',
      `struct<${fieldsOf(leavesMax - 1)},f_1:double>`,
      ['{"F 1":1.5,"x":1}', '{"f.1":2}'],
    ],
    [
      'a place that another field has, and one beside it',
      `struct<${fieldsOf(leavesMax - 3)},a:boolean,a_string:double,a_string_string:string>`,
      ['{"a":"x"}', '{"a":true}', '{"a_string":1}'],
    ],
    [
      'a field beside one that there is not',
      `struct<${fieldsOf(leavesMax - 3)},a_string:string,b_struct:struct<c:double>,b_json:string>`,
      ['{"a":"x","b":{"c":1,"d":2}}', '{"a":1,"b":[1,"x"]}', '{"a":"2026-11-23","b":{"d":2}}'],
    ],
    [
      'another type than that of the field',
      `struct<${fieldsOf(leavesMax - 5)},a:string,b:double,c:struct<d:double>,e:array<double>,g:timestamp>`,
      [
        '{"a":1,"b":"x","c":[1],"e":{"d":1},"g":true}',
        '{"a":{},"b":[],"c":"x","e":1,"g":"x"}',
        '{"a":"y","c":{"d":2}}',
      ],
    ],
    [
      'a place whose name is cut, beside a field that there is not',
      `struct<${fieldsOf(leavesMax - 1)},${cutName}:${nestedStrings}>`,
      ['{"f1":true,"x":1}', `{"${longKey}":${'['.repeat(9)}"x"${']'.repeat(9)}}`],
    ],
    [
      'a member whose last value of a key leaves it empty',
      undefined,
      [
        `{${membersOf(400)}}`,
        `{${membersOf(100, 400)}}`,
        '{"x":{"y":1,"y":null}}',
        '{"x":{"y":1,"z":null}}',
        '{"x":{"y":[[{"z":1,"\\u007a":{}}]]}}',
        '{"x":{"y":{"z":"a"},"y":[]},"v":{"w":null}}',
        '{"x":{"y":null,"y":1}}',
      ],
    ],
    ['too many members', `struct<${fieldsOf(leavesMax)}>`, ['{"f1":true}', `{${membersOf(leavesMax + 1, 1000)}}`]],
    [
      'too many members in elements',
      undefined,
      [`[{${membersOf(190)}},{${membersOf(10, 190)}}]`, `[{${membersOf(201, 1000)}}]`, '[{"f1":true,"x":1}]'],
    ],
  ])('have one place, however they are read: %s', async (_, type, some) => {
    const given = Array.from({ length: 40 }, (__, index) => some[index % some.length] ?? '');
    const batch = batchOf(given, { type, depthMax: 20 }, 8);
    expect(await differenceIn(batch)).toBeUndefined();
  });

  it('go where JSON.parse would put them, and give the same bytes of Parquet files', async () => {
    await fc.assert(
      fc.asyncProperty(values, rules, fc.integer({ min: 1, max: 60 }), async (given, by, window) => {
        const batch = batchOf(given, by, window);
        expect(await differenceIn(batch)).toBeUndefined();
      }),
      runs(60),
    );
  });
});
