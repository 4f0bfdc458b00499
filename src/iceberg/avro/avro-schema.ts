import { z } from 'zod';

/** A type of Avro, as its JSON says it. Attributes that only Iceberg knows (`field-id`) are kept. */
export type AvroType = string | AvroRecord | AvroArray | AvroMap | AvroNamed | AvroAlias | readonly AvroType[];

export interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly fields: readonly AvroField[];
}

export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  readonly default?: unknown;
  readonly 'field-id'?: number | undefined;
}

export interface AvroArray {
  readonly type: 'array';
  readonly items: AvroType;
}

export interface AvroMap {
  readonly type: 'map';
  readonly values: AvroType;
}

export interface AvroNamed {
  readonly type: 'fixed' | 'enum';
  readonly name: string;
  readonly size?: number | undefined;
  readonly symbols?: readonly string[] | undefined;
}

/** A primitive type or a known name, with attributes such as `logicalType`. */
export interface AvroAlias {
  readonly type: string;
}

const typeSchema: z.ZodType<AvroType> = z.lazy(() =>
  z.union([
    z.string(),
    z.array(typeSchema),
    z.looseObject({ type: z.literal('record'), name: z.string(), fields: z.array(fieldSchema) }),
    z.looseObject({ type: z.literal('array'), items: typeSchema }),
    z.looseObject({ type: z.literal('map'), values: typeSchema }),
    z.looseObject({
      type: z.enum(['fixed', 'enum']),
      name: z.string(),
      size: z.number().optional(),
      symbols: z.array(z.string()).optional(),
    }),
    z.looseObject({ type: z.string() }),
  ]),
);

const fieldSchema: z.ZodType<AvroField> = z.lazy(() =>
  z.looseObject({ name: z.string(), type: typeSchema, 'field-id': z.number().optional() }),
);

export function parseAvroSchema(json: string): AvroType {
  return typeSchema.parse(JSON.parse(json));
}

/** Makes the type of something that may be left out. */
export function optional(type: AvroType): AvroType {
  return ['null', type];
}

/** Makes a field of a record with Iceberg's id; one that may be left out is null by default. */
export function field(id: number, name: string, type: AvroType): AvroField {
  return { name, type, ...(Array.isArray(type) && { default: null }), 'field-id': id };
}
