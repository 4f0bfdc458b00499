import type { ColumnData } from '../../consumer/ports/columnar-table.ts';
import type { StringDictionary } from '../../consumer/ports/string-dictionary.ts';
import { newDoubles, newInt32s } from '../../runtime/growing-array.ts';
import type { LeafType } from '../../schema/types/column-type.ts';

/** Values of a leaf without its nulls, in the forms that pages are made of. */
export type LeafValues =
  | { readonly kind: 'doubles'; readonly values: Float64Array; readonly isFloat: boolean }
  | { readonly kind: 'integers'; readonly values: Float64Array | Int32Array; readonly bytes: 4 | 8 }
  | { readonly kind: 'longs'; readonly values: BigInt64Array }
  | { readonly kind: 'booleans'; readonly values: Uint8Array }
  /** Not all strings of the dictionary need occur. */
  | { readonly kind: 'strings'; readonly ids: Int32Array; readonly dictionary: StringDictionary };

export type FlatData = Exclude<ColumnData, { kind: 'values' }>;

/** A column of values that typed arrays hold. */
export interface FlatColumn {
  readonly type: LeafType;
  readonly data: FlatData;
  readonly validity: Uint8Array | undefined;
}

/** Gives the values that the rows `[first, end)` have. */
export function valuesOf({ data, type, validity }: FlatColumn, first: number, end: number): LeafValues {
  const present = <Numbers extends Float64Array | Int32Array | Uint8Array | BigInt64Array>(
    from: Numbers,
    empty: (length: number) => Numbers,
  ): Numbers => (validity === undefined ? from : withoutNulls({ from, validity, empty }, first, end));
  switch (data.kind) {
    case 'double':
      return { kind: 'doubles', values: slice(present(data.values, newDoubles)), isFloat: type.kind === 'float' };
    case 'timestamp':
    case 'whole':
      return { kind: 'integers', values: slice(present(data.values, newDoubles)), bytes: 8 };
    case 'date':
    case 'int':
      return { kind: 'integers', values: slice(present(data.values, newInt32s)), bytes: 4 };
    case 'bigint':
      return bigints(slice(present(data.values, (length) => new BigInt64Array(length))));
    case 'boolean':
      return { kind: 'booleans', values: slice(present(data.values, (length) => new Uint8Array(length))) };
    case 'string':
      return { kind: 'strings', ids: slice(present(data.ids, newInt32s)), dictionary: data.dictionary };
  }

  /** Cuts values without nulls; those that had nulls have been cut before. */
  function slice<Numbers extends Float64Array | Int32Array | Uint8Array | BigInt64Array>(values: Numbers): Numbers;
  function slice(values: Float64Array | Int32Array | Uint8Array | BigInt64Array) {
    return validity === undefined ? values.subarray(first, end) : values;
  }
}

function withoutNulls<Numbers extends Float64Array | Int32Array | Uint8Array | BigInt64Array>(
  source: { readonly from: Numbers; readonly validity: Uint8Array; readonly empty: (length: number) => Numbers },
  first: number,
  end: number,
): Numbers {
  const { from, validity, empty } = source;
  let count = 0;
  for (let row = first; row < end; row++) count += validity[row] ?? 0;
  const values = empty(count);
  let at = 0;
  for (let row = first; row < end; row++) {
    const value = from[row];
    if (validity[row] === 1 && value !== undefined) values[at++] = value;
  }
  return values;
}

/** Converts numbers that were collected as doubles to the form of the leaf's type. */
export function numbersOf({ kind }: LeafType, values: Float64Array): LeafValues {
  switch (kind) {
    case 'double':
    case 'float':
      return { kind: 'doubles', values, isFloat: kind === 'float' };
    case 'timestamp':
    case 'bigint':
    // as integers of its scale
    case 'decimal':
      return { kind: 'integers', values, bytes: 8 };
    case 'boolean':
      return { kind: 'booleans', values: new Uint8Array(values) };
    case 'date':
    case 'int':
    case 'smallint':
    case 'tinyint':
      return { kind: 'integers', values: new Int32Array(values), bytes: 4 };
    default:
      throw new RangeError(`${kind} is not collected as doubles`);
  }
}

/** Gives integers as doubles where these hold them all, which is faster. */
export function bigints(values: BigInt64Array): LeafValues {
  const numbers = new Float64Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const number = Number(values[index]);
    if (!Number.isSafeInteger(number)) return { kind: 'longs', values };
    numbers[index] = number;
  }
  return { kind: 'integers', values: numbers, bytes: 8 };
}
