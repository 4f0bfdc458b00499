import type { ColumnType, ScalarKind } from '../types/column-type.ts';

/** Numbers that a column's type may become where the table keeps reading the files that it has: as Iceberg promotes types. */
const wider: Readonly<Partial<Record<ColumnType['kind'], ScalarKind>>> = { int: 'bigint', float: 'double' };

/** How types of numbers may change. */
export interface WideningRules {
  /** A column of `int` may become one of `bigint`, a column of `float` one of `double`. */
  readonly widensNumbers?: boolean;
}

/** Gives the type that holds all values of this one and more, where there is such a type and the rules allow it. */
export function widerType({ kind }: ColumnType, { widensNumbers = false }: WideningRules): ColumnType | undefined {
  const next = widensNumbers ? wider[kind] : undefined;
  return next && { kind: next };
}

/** Gives that one of the types which the other may become; `undefined` when neither may. */
export function widestOf(left: ColumnType, right: ColumnType, rules: WideningRules): ColumnType | undefined {
  if (widerType(left, rules)?.kind === right.kind) return right;
  return widerType(right, rules)?.kind === left.kind ? left : undefined;
}
