import { isNested, type ColumnType, type NestedType } from './column-type.ts';

/** How large a type is: leaves, and characters as Hive writes it. */
export interface TypeWeight {
  readonly leaves: number;
  readonly characters: number;
}

/** A column with so many leaves gets no more: a row costs memory for each of them, whether it has a value or not. */
export const leavesMax = 500;
/** Elements of an array, or values of a map, with so many get no more: one costs as much as a row. */
export const elementLeavesMax = 200;
/** A column whose type has so many characters gets no more leaves. Glue takes 131,072. */
export const charactersMax = 100_000;

/** The weights of structs of more fields are remembered; those of others are added up sooner. */
const weighedFieldsMax = 8;
const weights = new WeakMap<Struct, TypeWeight>();

type Struct = Extract<ColumnType, { kind: 'struct' }>;

export function weightOf(type: ColumnType): TypeWeight {
  return isNested(type) ? weightOfNested(type) : { leaves: 1, characters: type.kind.length + 8 };
}

/** Counts the leaves of columns, each of which is a column of a Parquet file. */
export function countLeaves(columns: readonly { readonly type: ColumnType }[]): number {
  return columns.reduce((sum, { type }) => sum + weightOf(type).leaves, 0);
}

/** Notes the weight of a struct that was made of another one, so that it is not weighed anew. */
export function noteWeight(struct: Struct, weight: TypeWeight): void {
  if (struct.fields.length > weighedFieldsMax) weights.set(struct, weight);
}

function weightOfNested(type: NestedType): TypeWeight {
  switch (type.kind) {
    case 'array':
      return addTo(weightOf(type.element), 0, 'array<>'.length);
    case 'map':
      return addTo(weightOf(type.value), 1, 'map<string,>'.length);
    case 'struct':
      return weightOfStruct(type);
  }
}

/** Tells whether a column's type of that weight is within the limits. */
export function isLight({ leaves, characters }: TypeWeight): boolean {
  return leaves <= leavesMax && characters <= charactersMax;
}

/** Weighs a struct's fields, each with its name and what stands between them. */
function weightOfStruct(struct: Struct): TypeWeight {
  const present = struct.fields.length > weighedFieldsMax ? weights.get(struct) : undefined;
  if (present !== undefined) return present;
  let leaves = 0;
  let characters = 'struct<>'.length;
  for (const { name, type } of struct.fields) {
    const weight = weightOf(type);
    leaves += weight.leaves;
    characters += weight.characters + name.length + 2;
  }
  const weight = { leaves, characters };
  noteWeight(struct, weight);
  return weight;
}

function addTo(weight: TypeWeight, leaves: number, characters: number): TypeWeight {
  return { leaves: weight.leaves + leaves, characters: weight.characters + characters };
}
