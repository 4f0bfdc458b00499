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
  readonly 'element-id'?: number | undefined;
  /** Iceberg's `map` is an array of pairs. */
  readonly logicalType?: string | undefined;
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
  readonly logicalType?: string | undefined;
  readonly 'adjust-to-utc'?: boolean | undefined;
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

/** Collects the names of a type's fields by their ids, at all depths. */
export function fieldNames(type: AvroType): Map<number, string> {
  const names = new Map<number, string>();
  const collect = (each: AvroField): AvroField => {
    const id = each['field-id'];
    if (id !== undefined) names.set(id, each.name);
    return each;
  };
  mapFields(type, collect);
  return names;
}

/** Gives the type with the fields of these ids under these names: an id is a field's for ever, and writers have changed its name. */
export function withFieldNames(type: AvroType, names: ReadonlyMap<number, string>): AvroType {
  return mapFields(type, (each) => ({ ...each, name: names.get(each['field-id'] ?? -1) ?? each.name }));
}

/** Changes all fields of a type, the outer ones first. */
function mapFields(type: AvroType, change: (field: AvroField) => AvroField): AvroType {
  if (isUnion(type)) return type.map((branch) => mapFields(branch, change));
  if (isRecord(type)) {
    const changed = type.fields.map(change);
    return { ...type, fields: changed.map((each) => ({ ...each, type: mapFields(each.type, change) })) };
  }
  if (isArray(type)) return { ...type, items: mapFields(type.items, change) };
  return isMap(type) ? { ...type, values: mapFields(type.values, change) } : type;
}

export function isUnion(type: AvroType): type is readonly AvroType[] {
  return Array.isArray(type);
}

export function isRecord(type: AvroType): type is AvroRecord {
  return typeof type === 'object' && 'fields' in type;
}

export function isArray(type: AvroType): type is AvroArray {
  return typeof type === 'object' && 'items' in type;
}

export function isMap(type: AvroType): type is AvroMap {
  return typeof type === 'object' && 'values' in type && !isUnion(type);
}

export function isFixed(type: AvroType): type is AvroNamed {
  return typeof type === 'object' && 'type' in type && type.type === 'fixed';
}

export function isEnum(type: AvroType): type is AvroNamed {
  return typeof type === 'object' && 'type' in type && type.type === 'enum';
}
