import { mergeTypes } from '../../../schema/merge/merge-types.ts';
import type { Column } from '../../../schema/types/column-type.ts';
import type { TableGrowth } from '../../ports/lake.ts';

/** What a table lacks of the columns: those that it has not, and fields of its structs. Or the name of a column that it has of another type. */
export function growthTo(
  wanted: readonly Column[],
  present: readonly Column[],
): Pick<Required<TableGrowth>, 'addColumns' | 'replaceColumns'> | { readonly misfit: string } {
  const byName = new Map(present.map((column) => [column.name, column]));
  const addColumns: Column[] = [];
  const replaceColumns: Column[] = [];
  for (const column of wanted) {
    const known = byName.get(column.name);
    const type = known && mergeTypes(known.type, column.type, { widensNumbers: true });
    if (known === undefined) addColumns.push(column);
    else if (type === undefined) return { misfit: column.name };
    else if (type !== known.type) replaceColumns.push({ ...known, type });
  }
  return { addColumns, replaceColumns };
}
