import type { IcebergField, IcebergType } from './iceberg-schema.ts';

/** The table's property with the ids of fields by their names, for files that have no ids in their schema. */
export const nameMappingProperty = 'schema.name-mapping.default';

interface MappedField {
  readonly 'field-id': number;
  readonly names: readonly string[];
  readonly fields?: readonly MappedField[];
}

/** Makes the property's value. Source: https://iceberg.apache.org/spec/#name-mapping-serialization */
export function nameMapping(fields: readonly IcebergField[]): string {
  return JSON.stringify(fields.map(mapped));
}

function mapped({ id, name, type }: Pick<IcebergField, 'id' | 'name' | 'type'>): MappedField {
  const inner = innerOf(type);
  return { 'field-id': id, names: [name], ...(inner.length > 0 && { fields: inner.map(mapped) }) };
}

function innerOf(type: IcebergType): readonly Pick<IcebergField, 'id' | 'name' | 'type'>[] {
  if (typeof type === 'string') return [];
  switch (type.type) {
    case 'struct':
      return type.fields;
    case 'list':
      return [{ id: type['element-id'], name: 'element', type: type.element }];
    case 'map':
      return [
        { id: type['key-id'], name: 'key', type: type.key },
        { id: type['value-id'], name: 'value', type: type.value },
      ];
  }
}
