import type { ColumnType } from '../../../schema/types/column-type.ts';
import type { DecodedColumn } from '../../columns/builders/decoded-column.ts';
import type { ColumnData } from '../../ports/columnar-table.ts';
import type { RowFlags } from './lazy-columns.ts';

/** The rows of a batch of `rowCount` that are asked for, and memory for the flags of one column. */
export interface WantedRows {
  readonly rows: Int32Array;
  readonly rowCount: number;
  readonly flags: RowFlags;
}

/** The cells of a column some of whose rows have no value: the values without gaps, or with them once they are asked for. */
export class CompactCells {
  readonly compact: ColumnData;
  readonly validity: Uint8Array;
  readonly #gather: () => ColumnData;
  #data: ColumnData | undefined;

  constructor(compact: ColumnData, validity: Uint8Array, gather: () => ColumnData) {
    this.compact = compact;
    this.validity = validity;
    this.#gather = gather;
  }

  get data(): ColumnData {
    return (this.#data ??= this.#gather());
  }
}

/** Tells for each row whether it has a value, in `validity`, which is 0 for all of them. */
export function validityOf({ rows, count }: DecodedColumn, validity: Uint8Array): Uint8Array {
  if (rows === undefined) return validity.fill(1, 0, count);
  for (let index = 0; index < count; index++) validity[rows[index] ?? 0] = 1;
  return validity;
}

/** Gives the values without gaps, as the type has them; `undefined` when they must be converted one by one. */
export function compactOf({ kind }: ColumnType, { store, count }: DecodedColumn): ColumnData | undefined {
  if (store.kind === 'strings' && kind === 'string')
    return { kind: 'string', ids: store.ids.subarray(0, count), dictionary: store.dictionary };
  if (store.kind === 'longs' && kind === 'bigint') return { kind: 'bigint', values: store.values.subarray(0, count) };
  if (store.kind !== 'numbers') return undefined;
  const values = store.values.subarray(0, count);
  switch (kind) {
    case 'double':
    case 'float':
      return { kind: 'double', values };
    case 'bigint':
      return { kind: 'whole', values };
    case 'timestamp':
      return { kind: 'timestamp', values };
    case 'date':
      return { kind: 'date', values: new Int32Array(values) };
    case 'boolean':
      return { kind: 'boolean', values: new Uint8Array(values) };
    default:
      return undefined;
  }
}
