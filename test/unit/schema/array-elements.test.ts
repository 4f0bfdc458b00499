import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatType, parseType } from '../../../src/schema/types/hive-ddl.ts';
import { observe } from '../../../src/schema/infer/observe.ts';
import { ExactNumber } from '../../../src/schema/values/scalar-values.ts';
import { runs } from '../../support/fuzzing.ts';

type Numbers = 'double' | 'split';

const typeOf = (value: unknown, numbers: Numbers, known?: string): string | undefined => {
  const rules = { numbers, depthMax: 8 };
  const observed = observe(value, known === undefined ? undefined : parseType(known), rules);
  return observed?.form === 'plain' ? formatType(observed.type) : observed?.form;
};

const large = new ExactNumber('9007199254740993');
const scalars = fc.constantFrom<unknown>(null, 1, -7, 2.5, large, 'a', '', '2026-11-23', '2026-11-23T08:00:00Z', true);
const few = <Value>(of: fc.Arbitrary<Value>) => fc.array(of, { maxLength: 3 });
const empties = fc.constantFrom<unknown>(null, {}, [], { a: null }, { a: {} });
const leaves = fc.oneof(scalars, empties, fc.constant({ a: 1 }));
const elements = fc.oneof(
  fc.array(leaves),
  fc.array(few(leaves)),
  fc.array(few(few(leaves))),
  fc.array(few(few(empties))),
);

describe('the type of an array', () => {
  it.each([
    [['2026-11-23', 'a'], 'split', 'array<string>'],
    [['a', null, '2026-11-23T08:00:00Z'], 'split', 'array<string>'],
    [['2026-11-23', '2026-11-23T08:00:00Z'], 'split', 'array<string>'],
    [['2026-11-23', '2026-11-24'], 'split', 'array<date>'],
    [[1, 2.5], 'split', 'array<double>'],
    [[1, 2], 'split', 'array<bigint>'],
    [[[1], [2.5, 3]], 'split', 'array<array<double>>'],
    [[['2026-11-23'], ['a']], 'double', 'array<array<string>>'],
    [[1, 'a'], 'split', 'json'],
    [[[1], ['a']], 'split', 'json'],
    [[1, large], 'split', 'json'],
    [[[1], [large]], 'split', 'json'],
    [[[[null]], [[1]], [], null], 'split', 'array<array<array<bigint>>>'],
    [[[[{}]], [[{ a: 1 }]]], 'double', 'array<array<array<struct<a:double>>>>'],
    [[[[{}]], [[1]]], 'double', 'json'],
    [[[[null]], [1]], 'double', 'json'],
    [[[[null]], []], 'double', 'json'],
    [[[1], 2.5], 'split', 'json'],
  ] as const)('holds all elements, be they first or last: %j with %s numbers', (value, numbers, type) => {
    expect([value, value.toReversed()].map((each) => typeOf(each, numbers))).toEqual([type, type]);
  });

  it('has fields for both integers and digits, whichever come first', () => {
    const members = [{ a: 1 }, { a: large }];
    expect(typeOf(members, 'split')).toBe('array<struct<a:bigint,a_string:string>>');
    expect(typeOf(members.toReversed(), 'split')).toBe('array<struct<a_string:string,a:bigint>>');
    expect(typeOf(members, 'split', 'array<struct<a:bigint>>')).toBe('array<struct<a:bigint>>');
  });

  it('is no wider one where that does not hold an integer of the known type', () => {
    expect(typeOf([large, 2.5], 'split', 'array<bigint>')).toBe('json');
  });

  it('does not depend on the order of its elements', () => {
    fc.assert(
      fc.property(
        elements,
        fc.constantFrom<Numbers>('double', 'split'),
        fc.infiniteStream(fc.nat()),
        (all, by, keys) => {
          const shuffled = all
            .map((element) => [keys.next().value, element] as const)
            .toSorted(([one], [other]) => one - other)
            .map(([, element]) => element);
          expect(typeOf(shuffled, by)).toBe(typeOf(all, by));
        },
      ),
      runs(300),
    );
  });
});
