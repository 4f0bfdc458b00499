import type { ColumnData, TableColumn } from '../consumer/ports/columnar-table.ts';
import { textOf } from '../consumer/ports/text-dictionary.ts';
import { msPerDay } from '../runtime/duration.ts';
import { unreachable } from '../runtime/errors.ts';

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
      return (row) => data.values[row];
    case 'values':
      return data.valueAt;
    case 'whole':
      return (row) => BigInt(data.values[row] ?? 0);
    case 'boolean':
      return (row) => data.values[row] === 1;
    case 'timestamp':
      return (row) => new Date(data.values[row] ?? Number.NaN);
    case 'date':
      return (row) => new Date((data.values[row] ?? Number.NaN) * msPerDay);
    case 'string': {
      const texts = Array.from({ length: data.dictionary.count }, (_, code) => textOf(data.dictionary, code));
      return (row) => texts[data.codes[row] ?? 0];
    }
    default:
      return unreachable(data);
  }
}
