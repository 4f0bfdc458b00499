import type { ObserveRules } from '../schema/infer/observe.ts';
import type { ColumnType } from '../schema/types/column-type.ts';
import { widerType } from '../schema/merge/wider-type.ts';
import * as kinds from './kinds.ts';

/** The kernel's numbers of the types that it can read. */
const typeNumbers: Readonly<Partial<Record<ColumnType['kind'], number>>> = {
  struct: kinds.typeStruct,
  array: kinds.typeArray,
  map: kinds.typeMap,
  double: kinds.typeDouble,
  bigint: kinds.typeInteger,
  string: kinds.typeString,
  boolean: kinds.typeBoolean,
  timestamp: kinds.typeTimestamp,
  date: kinds.typeDate,
  int: kinds.typeInt,
  smallint: kinds.typeSmallint,
  tinyint: kinds.typeTinyint,
  float: kinds.typeFloat,
  decimal: kinds.typeDecimal,
};

/** How a type takes values. */
export interface Strictness {
  /** It was inferred from values: it takes only those from which the same would be inferred. */
  readonly isStrict: boolean;
  /**
   * How types are inferred: where a member of a struct goes that the field of its name does not take, and which have no place, so that the host must
   * rescue them. Left out: a value with such members is not of the type.
   */
  readonly rules?: Pick<ObserveRules, 'numbers' | 'depthMax' | 'widensNumbers'>;
}

/** Gives the type of an array's elements or of a map's values. */
export function innerOf(type: ColumnType): ColumnType | undefined {
  if (type.kind === 'array') return type.element;
  return type.kind === 'map' ? type.value : undefined;
}

/** Tells whether the kernel can read values of the type. Not where a value may make it a wider one. */
export function isReadable(type: ColumnType, rules: Strictness['rules']): boolean {
  const inner = innerOf(type);
  if (inner !== undefined) return isReadable(inner, rules);
  if (type.kind === 'struct') return type.fields.every((field) => isReadable(field.type, rules));
  return typeNumbers[type.kind] !== undefined && (rules === undefined || widerType(type, rules) === undefined);
}

/** Gives the kernel's number of a type that it can read. */
export function numberOf(type: ColumnType, { isStrict, rules }: Strictness): number {
  if (type.kind === 'double' && isStrict && rules?.numbers === 'split') return kinds.typeFraction;
  const number = typeNumbers[type.kind];
  if (number === undefined) throw new RangeError(`the kernel has no values of type ${type.kind}`);
  return number;
}
