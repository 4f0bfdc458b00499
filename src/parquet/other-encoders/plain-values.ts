import type { ColumnData, TableColumn } from '../../consumer/ports/columnar-table.ts';
import { stringAt } from '../../consumer/ports/dictionary-builder.ts';
import { msPerDay } from '../../runtime/duration.ts';
import { unreachable } from '../../runtime/errors.ts';

/** Gives one JavaScript value per row of a column, `null` where there is none: general encoders take these. */
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
      const strings = Array.from({ length: data.dictionary.count }, (_, id) => stringAt(data.dictionary, id));
      return (row) => strings[data.ids[row] ?? 0];
    }
    default:
      return unreachable(data);
  }
}
