import type { ColumnType } from '../../../schema/types/column-type.ts';
import type { ColumnBuilder } from './column-builder.ts';
import * as bits from './kind-bits.ts';

/** State of a field: its column name, its known type, its columns by form and type. */
export interface FieldState {
  readonly field: string;
  readonly name: string;
  readonly known: ColumnType | undefined;
  readonly builders: Map<string, ColumnBuilder>;
  /** Column of the values that fit the known scalar type, which nearly all do. */
  fastPath: ColumnBuilder | undefined;
  /** Columns of all values of one kind; set once a value of the kind has been seen. */
  numbers: ColumnBuilder | undefined;
  /** Columns of integers and of the other numbers, where these are kept apart. */
  integers: ColumnBuilder | undefined;
  fractions: ColumnBuilder | undefined;
  strings: ColumnBuilder | undefined;
  timestamps: ColumnBuilder | undefined;
  dates: ColumnBuilder | undefined;
  booleans: ColumnBuilder | undefined;
  /** Column of numbers that no double holds with all their digits. */
  digits: ColumnBuilder | undefined;
  /** Column of arrays or structs, the last one that has got a value. */
  nested: ColumnBuilder | undefined;
  /** Column of map-like objects: their keys are so many that they become JSON text, so that nobody looks at more of them. */
  mapLike: ColumnBuilder | undefined;
  /** Column of empty arrays, whose type is not known yet. */
  emptyArrays: ColumnBuilder | undefined;
  /** Column of objects without members, likewise, and of those whose members tell no type where all of them go there. */
  emptyObjects: ColumnBuilder | undefined;
  /** Column of values without a type, which become JSON text. */
  untyped: ColumnBuilder | undefined;
}

export function newFieldState(field: string, name: string, known: ColumnType | undefined): FieldState {
  return {
    field,
    name,
    known,
    builders: new Map(),
    fastPath: undefined,
    numbers: undefined,
    integers: undefined,
    fractions: undefined,
    strings: undefined,
    timestamps: undefined,
    dates: undefined,
    booleans: undefined,
    digits: undefined,
    nested: undefined,
    mapLike: undefined,
    emptyArrays: undefined,
    emptyObjects: undefined,
    untyped: undefined,
  };
}

/** Gives the kinds whose values all go to one column as numbers or strings, whatever they are. `isString`: times and dates are stored as their text. */
export function flatKindsOf({ state, isString }: { state: FieldState | undefined; isString: boolean }): number {
  let found = 0;
  if (state?.numbers !== undefined) found |= bits.numbers;
  if (state?.integers !== undefined) found |= bits.integers | bits.longs;
  if (state?.fractions !== undefined) found |= bits.numbers;
  if (state?.booleans !== undefined) found |= bits.booleans;
  if (state?.digits !== undefined) found |= bits.digits;
  if (state?.strings !== undefined) found |= isString ? bits.anyStrings : bits.strings;
  if (state?.timestamps !== undefined && !isString) found |= bits.times;
  if (state?.dates !== undefined && !isString) found |= bits.dates;
  return found;
}
