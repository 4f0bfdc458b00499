import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatType, parseColumns, parseType } from '../../../src/schema/types/hive-ddl.ts';
import { columnTypes } from '../../support/column-types.ts';
import { runs } from '../../support/fuzzing.ts';

describe('Hive types', () => {
  it('read back as they were written', () => {
    fc.assert(
      fc.property(columnTypes, (type) => {
        expect(parseType(formatType(type))).toEqual(type);
      }),
      runs(),
    );
  });

  it('are read as crawlers and people write them', () => {
    expect(parseType('ARRAY< struct< a : int , b:decimal(10, 2) > >')).toEqual({
      kind: 'array',
      element: {
        kind: 'struct',
        fields: [
          { name: 'a', type: { kind: 'int' } },
          { name: 'b', type: { kind: 'decimal', precision: 10, scale: 2 } },
        ],
      },
    });
    expect(parseType('varchar(20)')).toEqual({ kind: 'string' });
    expect(parseColumns('Seq bigint, `ward name` string')).toEqual([
      { name: 'seq', type: { kind: 'bigint' } },
      { name: 'ward name', type: { kind: 'string' } },
    ]);
  });

  it.each([
    ['seq', 'expected a word at position 4'],
    ['seq wibble', 'a Hive type, not "wibble"'],
    ['a struct<b:int', 'expected ">"'],
    ['a map<int,string>', 'a map with keys of type string, not int'],
    ['a int, A string', 'a is there twice'],
  ])('say what is wrong with %j', (text, problem) => {
    expect(() => parseColumns(text)).toThrow(problem);
  });
});
