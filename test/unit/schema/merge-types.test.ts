import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseType } from '../../../src/schema/types/hive-ddl.ts';
import { formatType } from '../../../src/schema/types/hive-ddl.ts';
import { canMerge, mergeTypes, sameType } from '../../../src/schema/merge/merge-types.ts';
import { siblingName } from '../../../src/schema/names/sibling.ts';
import { weightOf } from '../../../src/schema/types/type-weight.ts';
import { columnTypes } from '../../support/column-types.ts';
import { runs } from '../../support/fuzzing.ts';

const merge = (left: string, right: string): string | undefined => {
  const merged = mergeTypes(parseType(left), parseType(right));
  return merged && formatType(merged);
};

describe('merging types', () => {
  it('gives a type with itself the same type', () => {
    fc.assert(
      fc.property(columnTypes, (type) => {
        const merged = mergeTypes(type, structuredClone(type));
        expect(merged !== undefined && sameType(merged, type)).toBe(true);
      }),
      runs(),
    );
  });

  it('gives a type that weighs what it would if it were weighed anew', () => {
    fc.assert(
      fc.property(columnTypes, columnTypes, (left, right) => {
        const merged = mergeTypes(left, right) ?? left;
        expect(weightOf(merged)).toEqual(weightOf(structuredClone(merged)));
      }),
      runs(),
    );
  });

  it('gives a struct that grows field by field the weight of one that was made at once', () => {
    let grown: ReturnType<typeof parseType> = parseType('struct<a:struct<b:double>>');
    for (let index = 0; index < 30; index++) {
      grown = mergeTypes(grown, parseType(`struct<a:struct<c${index}:array<double>>,f${index}:string>`)) ?? grown;
      expect(weightOf(grown)).toEqual(weightOf(structuredClone(grown)));
    }
    expect(weightOf(grown).leaves).toBe(61);
  });

  it('never changes a field that is there: old files stay readable', () => {
    fc.assert(
      fc.property(columnTypes, columnTypes, (left, right) => {
        const merged = mergeTypes(left, right);
        if (merged?.kind !== 'struct' || left.kind !== 'struct') return;
        expect(merged.fields.slice(0, left.fields.length).map(({ name }) => name)).toEqual(
          left.fields.map(({ name }) => name),
        );
      }),
      runs(),
    );
  });

  it.each([
    ['struct<a:double>', 'struct<b:string>', 'struct<a:double,b:string>'],
    ['struct<a:double>', 'struct<a:string>', 'struct<a:double,a_string:string>'],
    ['array<struct<a:double>>', 'array<struct<b:date>>', 'array<struct<a:double,b:date>>'],
    ['map<string,struct<a:double>>', 'map<string,struct<b:date>>', 'map<string,struct<a:double,b:date>>'],
    ['map<string,double>', 'map<string,string>', undefined],
    ['map<string,double>', 'struct<a:double>', undefined],
    ['double', 'string', undefined],
    ['array<double>', 'array<string>', undefined],
  ])('%s and %s give %s', (left, right, expected) => {
    expect(merge(left, right)).toBe(expected);
  });

  it.each([
    ['int', 'bigint', 'bigint'],
    ['bigint', 'int', 'bigint'],
    ['float', 'double', 'double'],
    ['array<int>', 'array<bigint>', 'array<bigint>'],
    ['struct<a:struct<b:int>>', 'struct<a:struct<b:bigint>>', 'struct<a:struct<b:bigint>>'],
    ['map<string,float>', 'map<string,double>', 'map<string,double>'],
    ['struct<a:int>', 'struct<a:double>', 'struct<a:int,a_double:double>'],
    ['bigint', 'double', undefined],
    ['int', 'double', undefined],
  ])('%s and %s give %s where the table widens numbers', (left, right, expected) => {
    const merged = mergeTypes(parseType(left), parseType(right), { widensNumbers: true });
    expect(merged && formatType(merged)).toBe(expected);
  });

  it('says beforehand whether there is a type that holds both', () => {
    fc.assert(
      fc.property(columnTypes, columnTypes, fc.boolean(), (left, right, widensNumbers) => {
        const rules = { widensNumbers };
        expect(canMerge(left, right, rules)).toBe(mergeTypes(left, right, rules) !== undefined);
      }),
      runs(),
    );
  });

  it('names siblings after the type of their values', () => {
    expect(siblingName('temperature', { kind: 'string' })).toBe('temperature_string');
    expect(siblingName('tags', parseType('array<double>'))).toBe('tags_array_double');
  });
});
