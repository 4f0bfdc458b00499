import { isNested, type ColumnType, type NestedType } from './types.ts';

/** How large a type is: leaves, and characters as Hive writes it. */
export interface TypeWeight {
  readonly leaves: number;
  readonly characters: number;
}

/** Most leaves of one column: a row costs memory for each of them, whether it has a value or not. */
export const leavesMax = 500;
/** Most leaves in the elements of an array, or the values of a map: one costs as much as a row. */
export const elementLeavesMax = 200;
/** Most characters of a column's type. Glue takes 131,072. */
const charactersMax = 100_000;

const weights = new WeakMap<ColumnType, TypeWeight>();

export function weightOf(type: ColumnType): TypeWeight {
  if (!isNested(type)) return { leaves: 1, characters: type.kind.length + 8 };
  const present = weights.get(type);
  if (present !== undefined) return present;
  const weight = weightOfNested(type);
  weights.set(type, weight);
  return weight;
}

/** Counts the leaves of columns, each of which is a column of a Parquet file. */
export function countLeaves(columns: readonly { readonly type: ColumnType }[]): number {
  return columns.reduce((sum, { type }) => sum + weightOf(type).leaves, 0);
}

/** Notes the weight of a type that was made of another one, so that it is not weighed anew. */
export function noteWeight(type: NestedType, weight: TypeWeight): void {
  weights.set(type, weight);
}

function weightOfNested(type: NestedType): TypeWeight {
  switch (type.kind) {
    case 'array':
      return addTo(weightOf(type.element), 0, 'array<>'.length);
    case 'map':
      return addTo(weightOf(type.value), 1, 'map<string,>'.length);
    case 'struct':
      return weightOfFields(type.fields);
  }
}

/** Tells whether a column may have a type of that weight. */
export function isLight({ leaves, characters }: TypeWeight): boolean {
  return leaves <= leavesMax && characters <= charactersMax;
}

/** Weighs a struct's fields, each with its name and what stands between them. */
function weightOfFields(fields: Extract<ColumnType, { kind: 'struct' }>['fields']): TypeWeight {
  return fields.reduce<TypeWeight>(
    (sum, { name, type }) => {
      const { leaves, characters } = weightOf(type);
      return addTo(sum, leaves, characters + name.length + 2);
    },
    { leaves: 0, characters: 'struct<>'.length },
  );
}

function addTo(weight: TypeWeight, leaves: number, characters: number): TypeWeight {
  return { leaves: weight.leaves + leaves, characters: weight.characters + characters };
}
