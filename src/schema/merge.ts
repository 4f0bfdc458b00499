import type { ColumnType, Field } from './types.ts';

/**
 * Merges two types into one that holds the values of both: structs get all fields, arrays the merged element type.
 * Answers `undefined` when there is none. A field that conflicts inside a struct gets a sibling, as a column does.
 */
export function mergeTypes<Type extends ColumnType>(left: Type, right: ColumnType): Type | undefined;
export function mergeTypes(left: ColumnType, right: ColumnType): ColumnType | undefined {
  if (left === right) return left;
  if (left.kind === 'struct' && right.kind === 'struct') return mergeStructs(left, right.fields);
  if (left.kind === 'array' && right.kind === 'array') {
    const element = mergeTypes(left.element, right.element);
    if (element === undefined) return undefined;
    return element === left.element ? left : { kind: 'array', element };
  }
  return sameType(left, right) ? left : undefined;
}

function mergeStructs(left: Extract<ColumnType, { kind: 'struct' }>, additions: readonly Field[]): ColumnType {
  let fields = left.fields;
  for (const field of additions) fields = withField(fields, field) ?? fields;
  return fields === left.fields ? left : { kind: 'struct', fields };
}

/** Merges the new field into its namesake or adds it as a sibling; `undefined` when neither can be done. */
function withField(fields: readonly Field[], { name, type }: Field): readonly Field[] | undefined {
  for (const candidate of [name, siblingName(name, type)]) {
    const index = fields.findIndex((field) => field.name === candidate);
    const present = fields[index];
    if (present === undefined) return [...fields, { name: candidate, type }];
    const merged = mergeTypes(present.type, type);
    if (merged === present.type) return fields;
    if (merged !== undefined) return fields.with(index, { name: candidate, type: merged });
  }
  return undefined;
}

/** Names the column for values of a type that the field's own column can't hold: `temperature_string`, as Glue's `make_cols` does. */
export function siblingName(name: string, type: ColumnType): string {
  return `${name}_${suffixOf(type)}`;
}

function suffixOf(type: ColumnType): string {
  return type.kind === 'array' ? `array_${suffixOf(type.element)}` : type.kind;
}

export function sameType(left: ColumnType, right: ColumnType): boolean {
  if (left.kind === 'array' && right.kind === 'array') return sameType(left.element, right.element);
  if (left.kind === 'struct' && right.kind === 'struct') {
    return (
      left.fields.length === right.fields.length &&
      left.fields.every((field, index) => {
        const other = right.fields[index];
        return other !== undefined && other.name === field.name && sameType(field.type, other.type);
      })
    );
  }
  if (left.kind === 'decimal' && right.kind === 'decimal') {
    return left.precision === right.precision && left.scale === right.scale;
  }
  return left.kind === right.kind;
}
