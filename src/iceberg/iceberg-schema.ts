import { z } from 'zod';

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

const typeSchema: z.ZodType<IcebergType> = z.lazy(() =>
  z.union([
    z.string(),
    z.looseObject({ type: z.literal('struct'), fields: z.array(fieldSchema) }),
    z.looseObject({
      type: z.literal('list'),
      'element-id': z.number().int(),
      'element-required': z.boolean(),
      element: typeSchema,
    }),
    z.looseObject({
      type: z.literal('map'),
      'key-id': z.number().int(),
      key: typeSchema,
      'value-id': z.number().int(),
      'value-required': z.boolean(),
      value: typeSchema,
    }),
  ]),
);

const fieldSchema: z.ZodType<IcebergField> = z.lazy(() =>
  z.looseObject({
    id: z.number().int(),
    name: z.string(),
    required: z.boolean(),
    type: typeSchema,
    doc: z.string().optional(),
  }),
);

export const icebergSchemaSchema = z.looseObject({
  type: z.literal('struct'),
  'schema-id': z.number().int().default(0),
  'identifier-field-ids': z.array(z.number().int()).optional(),
  fields: z.array(fieldSchema),
});

/** A table's schema, one of those that its metadata keeps. */
export type IcebergSchema = z.infer<typeof icebergSchemaSchema>;

/** The ids of a type and of everything in it. */
function idsOfType(type: IcebergType): number[] {
  if (typeof type === 'string') return [];
  switch (type.type) {
    case 'struct':
      return type.fields.flatMap((field) => [field.id, ...idsOfType(field.type)]);
    case 'list':
      return [type['element-id'], ...idsOfType(type.element)];
    case 'map':
      return [type['key-id'], ...idsOfType(type.key), type['value-id'], ...idsOfType(type.value)];
  }
}

/** Gives the highest field id of a schema, 0 for one without fields. */
export function highestFieldId(schema: Pick<IcebergSchema, 'fields'>): number {
  return Math.max(0, ...idsOfType({ type: 'struct', fields: schema.fields }));
}
