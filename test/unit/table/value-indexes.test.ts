import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonValue, type DecodedColumn } from '../../../src/consumer/columns/builders/decoded-column.ts';
import { fewValuesOf } from '../../../src/consumer/table/assemble/few-values.ts';
import { haveValueOf, valueIndexesOf } from '../../../src/consumer/table/assemble/value-indexes.ts';

const rowCount = 50;
const allRows = Array.from({ length: rowCount }, (_, row) => row);
const someRows = fc.subarray(allRows);
const askedFor = fc.oneof(someRows, fc.constant(allRows));
/** Capacity is more than what is used. */
const unused = [rowCount, 0, 0, 0, 0, 0, 0, 0];

it('finds the values of the rows of a partition, wherever they lie', () => {
  fc.assert(
    fc.property(someRows, askedFor, (own, rows) => {
      const column = columnOf({ count: own.length, rows: Int32Array.from([...own, ...unused]) });
      const expected = rows.map((row) => own.indexOf(row));
      expect([...valueIndexesOf(column, Int32Array.from(rows), rowCount)]).toEqual(expected);
      expect(haveValueOf(column, Int32Array.from(rows))).toBe(expected.some((index) => index >= 0));
    }),
  );
});

it('finds the values of a column that the first rows have', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: rowCount }), askedFor, (count, rows) => {
      const expected = rows.map((row) => (row < count ? row : -1));
      expect([...valueIndexesOf(columnOf({ count }), Int32Array.from(rows), rowCount)]).toEqual(expected);
      expect(haveValueOf(columnOf({ count }), Int32Array.from(rows))).toBe(expected.some((index) => index >= 0));
    }),
  );
});

it('picks the values of rows that few have', () => {
  fc.assert(
    fc.property(fc.subarray(allRows, { maxLength: 6 }), someRows, (own, rows) => {
      const values = Float64Array.from({ length: rowCount }, (_, index) => index * 1.5);
      const column = {
        ...columnOf({ count: own.length, rows: Int32Array.from([...own, ...unused]) }),
        store: { kind: 'numbers', values },
      } as const;
      const few = fewValuesOf(column, Int32Array.from(rows));
      expect(few !== undefined).toBe(own.length * 8 <= rows.length);
      const found = rows.flatMap((row, at) => (own.includes(row) ? [[at, own.indexOf(row) * 1.5]] : []));
      const picked = Array.from(
        { length: few?.count ?? 0 },
        (_, index) => few && [few.rows?.[index], jsonValue(few, index)],
      );
      expect(few === undefined ? found : picked).toEqual(found);
    }),
  );
});

function columnOf(parts: Pick<DecodedColumn, 'count' | 'rows'>): DecodedColumn {
  const observed = { form: 'plain', type: { kind: 'double' } } as const;
  return { name: 'c', field: 'c', observed, store: { kind: 'numbers', values: new Float64Array(rowCount) }, ...parts };
}
