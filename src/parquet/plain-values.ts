import type { ColumnData, StringDictionary, TableColumn } from '../consumer/columnar-table.ts';
import { unreachable } from '../runtime/errors.ts';

const msPerDay = 86_400_000;

/** A column as one JavaScript value per row, `null` where there is none: what general encoders take. */
export function plainValues({ data, validity }: TableColumn, rowCount: number): unknown[] {
  const valueAt = readerOf(data);
  const values: unknown[] = Array.from({ length: rowCount });
  for (let row = 0; row < rowCount; row++) values[row] = validity?.[row] === 0 ? null : (valueAt(row) ?? null);
  return values;
}

function readerOf(data: ColumnData): (row: number) => unknown {
  switch (data.kind) {
    case 'double':
    case 'int':
    case 'bigint':
    case 'values':
      return (row) => data.values[row];
    case 'boolean':
      return (row) => data.values[row] === 1;
    case 'timestamp':
      return (row) => new Date(data.values[row] ?? Number.NaN);
    case 'date':
      return (row) => new Date((data.values[row] ?? Number.NaN) * msPerDay);
    case 'string': {
      const texts = textsOf(data.dictionary);
      return (row) => texts[data.codes[row] ?? 0];
    }
    default:
      return unreachable(data);
  }
}

/** All entries as JavaScript strings. */
export function textsOf({ count, bytes, starts, ends }: StringDictionary): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, entry) => buffer.toString('utf8', starts[entry], ends[entry]));
}
