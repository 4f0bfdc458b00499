import type { DecodedColumn } from '../../columns/builders/decoded-column.ts';
import { mergeRows } from './merge-rows.ts';

/** Stands for what is empty among the indexes of `ValueLeaves`. */
const emptyIndex = -2;

interface EmptyValues {
  /** The kind of the column that they belong to. */
  readonly kind: 'array' | 'struct';
  readonly json: Buffer;
}

const emptyArrays: EmptyValues = { kind: 'array', json: Buffer.from('[]') };
const emptyObjects: EmptyValues = { kind: 'struct', json: Buffer.from('{}') };

/**
 * Puts empty arrays or objects, which had no type, among the arrays or structs of the same column, so that all of them are known as JSON.
 * `undefined` when the columns are others, a row is in both, or one of them has elements or members, which may need a place elsewhere.
 */
export function mergeEmpties(one: DecodedColumn, other: DecodedColumn): DecodedColumn | undefined {
  const [typed, empties] = emptiesOf(one) === undefined ? [one, other] : [other, one];
  const { store, observed } = typed;
  const empty = emptiesOf(empties);
  if (store.kind !== 'nested' || empty === undefined) return undefined;
  if (!store.areWhole && store.leaves === undefined) return undefined;
  if (observed.form !== 'plain' || observed.type.kind !== empty.kind || !areEmpty(empties)) return undefined;
  const merged = mergeRows(typed, empties);
  if (merged === undefined) return undefined;
  const { rows } = merged;
  const indexes = merged.indexes.map((index) => (index < 0 ? emptyIndex : index));
  const values = store.values.pick(indexes, empty.json);
  const leaves = store.leaves && { ...store.leaves, indexes };
  const partial = store.partial?.movedTo(indexes);
  return { ...typed, count: rows.length, rows, store: { ...store, values, leaves, ...(partial && { partial }) } };
}

function emptiesOf({ observed: { form } }: DecodedColumn): EmptyValues | undefined {
  if (form === 'empty-array') return emptyArrays;
  return form === 'empty-struct' ? emptyObjects : undefined;
}

/** Tells whether no value has an element or a member, though some may have such that tell no type. */
export function areEmpty({ store, count }: DecodedColumn): boolean {
  if (store.kind !== 'nested') return false;
  for (let at = 0; at < count; at++) if (!store.values.isEmptyAt(at)) return false;
  return true;
}
