import { fieldOf } from '../types/field-index.ts';
import { isPlainObject } from '../values/fits-whole.ts';
import { areLongs } from './infer-longs.ts';
import { inferMap, mapKeysMin } from './infer-map.ts';
import { columnName } from '../names/column-name.ts';
import { digitsName, jsonName } from '../names/sibling.ts';
import type { ColumnType, Field } from '../types/column-type.ts';

/** So many objects or elements within the sample tell what all are like. */
const valuesMax = 10_000;

/** What is known of a field beside some of its values. */
interface FieldTypes {
  /** The type that was found for all of its values, each for itself. */
  readonly observed: ColumnType | undefined;
  /** What the table has of it, which stays as it is. */
  readonly known: ColumnType | undefined;
  /** Levels of arrays and structs that there may be from here on. */
  readonly levels: number;
}

/**
 * Finds what only many values of a field together tell: that the keys of objects are data, so that they are a map; that integers beyond 2^53 all
 * fit into 64 bits, so that they are a bigint rather than text. Answers with the field's type as far as it leads to such, `undefined` when there
 * are none, or where values of another type are more. `values`: some of the field's JSON values, as `parseJson` gives them. Where objects are no
 * structs, since they are too many, too wide or too deep, nothing is inferred within them either.
 */
export function inferTogether(values: readonly unknown[], field: FieldTypes): ColumnType | undefined {
  const { observed, known, levels } = field;
  if (known === undefined && areLongs(values)) return { kind: 'bigint' };
  const most = values.filter((value) => value !== null).length / 2;
  const arrays = values.filter(Array.isArray);
  if (arrays.length > most) {
    if (levels === 0 || (known !== undefined && known.kind !== 'array')) return undefined;
    const types = { observed: elementOf(observed), known: elementOf(known), levels: levels - 1 };
    const element = inferTogether(arrays.flat().slice(0, valuesMax), types);
    return element && { kind: 'array', element };
  }
  const objects = values.filter(isPlainObject);
  if (objects.length <= most || observed?.kind !== 'struct') return undefined;
  if (known !== undefined && known.kind !== 'struct') return undefined;
  return (known === undefined ? inferMap(observed, objects) : undefined) ?? inferInFields(objects, field);
}

function inferInFields(objects: readonly object[], { observed, known, levels }: FieldTypes): ColumnType | undefined {
  const typeIn = (struct: ColumnType | undefined, name: string) => fieldOf(fieldsOf(struct), name)?.type;
  const fields: Field[] = [];
  for (const [name, values] of membersOf(objects)) {
    const types = { observed: typeIn(observed, name), known: typeIn(known, name), levels: levels - 1 };
    const isText = (struct: ColumnType | undefined) =>
      isKeptAsText(name, (other) => typeIn(struct, other) !== undefined);
    if (types.known === undefined && isText(known)) continue;
    // the struct had no room for it
    if (types.observed === undefined && !isText(observed)) continue;
    const type = inferTogether(values, types);
    if (type !== undefined) fields.push({ name, type });
  }
  return fields.length === 0 ? undefined : { kind: 'struct', fields };
}

/** Gives the values of the objects' members by the names of their fields. */
function membersOf(objects: readonly object[]): ReadonlyMap<string, unknown[]> {
  const found = new Map<string, unknown[]>();
  for (const object of objects) {
    for (const [key, member] of Object.entries(object)) {
      const name = columnName(key);
      const values = found.get(name);
      if (values === undefined) found.set(name, [member]);
      else if (values.length < valuesMax) values.push(member);
    }
  }
  return found;
}

/** Tells whether there is a field for values of that one as their digits or their JSON text already. */
export function isKeptAsText(name: string, has: (name: string) => boolean): boolean {
  return has(digitsName(name)) || has(jsonName(name));
}

/**
 * Tells whether it is worth to look at values: whether there is something that the table doesn't have, with as many fields as a map has keys,
 * or with a field for digits or JSON text.
 */
export function mayTellMore(observed: ColumnType, known: ColumnType | undefined): boolean {
  if (observed === known) return false;
  if (observed.kind === 'array') return mayTellMore(observed.element, elementOf(known));
  if (observed.kind !== 'struct') return false;
  if (known === undefined && observed.fields.length >= mapKeysMin) return true;
  const present = fieldsOf(known);
  return observed.fields.some(({ name, type }) => {
    const ofKnown = fieldOf(present, name)?.type;
    return (ofKnown === undefined && textSuffix.test(name)) || mayTellMore(type, ofKnown);
  });
}

const textSuffix = /_(?:string|json)$/;

function elementOf(type: ColumnType | undefined): ColumnType | undefined {
  return type?.kind === 'array' ? type.element : undefined;
}

function fieldsOf(type: ColumnType | undefined): readonly Field[] {
  return type?.kind === 'struct' ? type.fields : [];
}
