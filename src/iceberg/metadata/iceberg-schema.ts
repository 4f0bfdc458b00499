import { z } from 'zod';
import { isObject } from '../../schema/json/exact-json.ts';

/**
 * Schemas as table metadata has them, format version 2. What is not known is kept.
 * Source: https://iceberg.apache.org/spec/#appendix-c-json-serialization
 */

/** A primitive type by its name, like `long`, `timestamptz` or `decimal(9, 2)`, or a nested type. */
export type IcebergType = string | IcebergStruct | IcebergList | IcebergMap;

export interface IcebergField {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: IcebergType;
  readonly doc?: string | undefined;
}

export interface IcebergStruct {
  readonly type: 'struct';
  readonly fields: readonly IcebergField[];
}

export interface IcebergList {
  readonly type: 'list';
  readonly 'element-id': number;
  readonly 'element-required': boolean;
  readonly element: IcebergType;
}

export interface IcebergMap {
  readonly type: 'map';
  readonly 'key-id': number;
  readonly key: IcebergType;
  readonly 'value-id': number;
  readonly 'value-required': boolean;
  readonly value: IcebergType;
}

/** Tells whether the value is a list of fields. Schemas may be megabytes of the metadata: they are looked at, and not copied. */
function areFields(value: unknown): value is IcebergField[] {
  return Array.isArray(value) && value.every(isField);
}

function isField(value: unknown): value is IcebergField {
  if (!isObject(value)) return false;
  const { id, name, required, type, doc } = value;
  const isNamed = Number.isSafeInteger(id) && typeof name === 'string' && typeof required === 'boolean';
  return isNamed && (doc === undefined || typeof doc === 'string') && isType(type);
}

function isType(value: unknown): value is IcebergType {
  if (!isObject(value)) return typeof value === 'string';
  switch (value['type']) {
    case 'struct':
      return areFields(value['fields']);
    case 'list':
      return isPart(value, 'element') && typeof value['element-required'] === 'boolean';
    case 'map':
      return isPart(value, 'key') && isPart(value, 'value') && typeof value['value-required'] === 'boolean';
    default:
      return false;
  }
}

/** Elements, keys and values have an id and a type each. */
function isPart(nested: Readonly<Record<string, unknown>>, part: 'element' | 'key' | 'value'): boolean {
  return Number.isSafeInteger(nested[`${part}-id`]) && isType(nested[part]);
}

export const icebergSchemaSchema = z.looseObject({
  type: z.literal('struct'),
  'schema-id': z.number().int().default(0),
  'identifier-field-ids': z.array(z.number().int()).optional(),
  fields: z.custom<IcebergField[]>(areFields, 'expected fields with an id, a name and a type'),
});

/** A table's schema, one of those that its metadata keeps. */
export type IcebergSchema = z.infer<typeof icebergSchemaSchema>;

interface FieldWithin {
  readonly id: number;
  readonly name: string;
  /** A primitive type, or the kind of a nested one. */
  readonly type: string;
}

/** Gives the fields of a type, at all depths. */
function fieldsWithin(type: IcebergType): FieldWithin[] {
  if (typeof type === 'string') return [];
  const fieldOf = (id: number, name: string, of: IcebergType): FieldWithin[] => [
    { id, name, type: typeof of === 'string' ? of : of.type },
    ...fieldsWithin(of),
  ];
  switch (type.type) {
    case 'struct':
      return type.fields.flatMap((field) => fieldOf(field.id, field.name, field.type));
    case 'list':
      return fieldOf(type['element-id'], 'element', type.element);
    case 'map':
      return [...fieldOf(type['key-id'], 'key', type.key), ...fieldOf(type['value-id'], 'value', type.value)];
  }
}

/** Gives the highest field id of a schema, 0 for one without fields. */
export function highestFieldId({ fields }: Pick<IcebergSchema, 'fields'>): number {
  return fieldsWithin({ type: 'struct', fields }).reduce((highest, { id }) => Math.max(highest, id), 0);
}

/** Gives a text for each field of the schema, at all depths, that says its id and its name. */
export function namesById({ fields }: Pick<IcebergSchema, 'fields'>): string[] {
  return fieldsWithin({ type: 'struct', fields }).map(({ id, name }) => `${id} ${name}`);
}

/** Tells whether a schema has all fields of another one, under their names, with their types. */
export function hasFieldsOf(schema: Pick<IcebergSchema, 'fields'>, other: Pick<IcebergSchema, 'fields'>): boolean {
  const textsOf = ({ fields }: Pick<IcebergSchema, 'fields'>): string[] =>
    fieldsWithin({ type: 'struct', fields }).map(({ id, name, type }) => `${id} ${name} ${type}`);
  return new Set(textsOf(schema)).isSupersetOf(new Set(textsOf(other)));
}
