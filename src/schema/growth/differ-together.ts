import type { Observed } from '../infer/observe.ts';
import { digitsName, jsonName } from '../names/sibling.ts';
import { sameType } from '../merge/merge-types.ts';
import { fieldOf } from '../types/field-index.ts';
import { holds } from '../values/fits-whole.ts';
import type { Column, ColumnType } from '../types/column-type.ts';

/** A field as a batch has decoded it. */
export interface DecodedField {
  readonly name: string;
  readonly observed: Observed;
}

/**
 * Tells whether the table has got another type of the field since the batch was decoded by it (`before`), where many values together tell the type: whether its
 * objects are a map, whether its integers are a bigint, whether its values are kept as text.
 */
export function gotOtherType(
  { name, observed }: DecodedField,
  { before, columns }: { readonly before: readonly Column[]; readonly columns: readonly Column[] },
): boolean {
  const [known, type] = [fieldOf(before, name)?.type, fieldOf(columns, name)?.type];
  if (type === undefined) {
    const isTold = observed.form === 'plain' && (holds(observed.type, 'map') || holds(observed.type, 'bigint'));
    return isTold && [digitsName(name), jsonName(name)].some((text) => isNew(text, { before, columns }));
  }
  if (known !== undefined && sameType(known, type)) return false;
  if (observed.form === 'plain') return differTogether(observed.type, type);
  return observed.form === 'exact' ? type.kind === 'bigint' : observed.form === 'json' && holds(type, 'bigint');
}

function isNew(name: string, { before, columns }: Readonly<Record<'before' | 'columns', readonly Column[]>>): boolean {
  return fieldOf(columns, name) !== undefined && fieldOf(before, name) === undefined;
}

/** Tells whether objects are a map in one of the types and a struct in the other, or numbers integers in one and doubles in the other. */
function differTogether(left: ColumnType, right: ColumnType): boolean {
  if (left.kind === 'array') return right.kind === 'array' && differTogether(left.element, right.element);
  if (left.kind === 'struct') {
    if (right.kind !== 'struct') return right.kind === 'map';
    return left.fields.some(({ name, type }) => {
      const other = fieldOf(right.fields, name);
      return other !== undefined && differTogether(type, other.type);
    });
  }
  if (left.kind === 'map')
    return right.kind === 'map' ? differTogether(left.value, right.value) : right.kind === 'struct';
  return (left.kind === 'bigint' && right.kind === 'double') || (left.kind === 'double' && right.kind === 'bigint');
}
