import type { FieldId, FieldIds } from '../../consumer/ports/columnar-table.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { Column, ColumnType } from '../../schema/types/column-type.ts';
import type { IcebergField, IcebergType } from './iceberg-schema.ts';

/**
 * Our columns as fields of an Iceberg schema, and the other way around. An id is given once and stays with its field whatever becomes of
 * its name.
 */

/** Gives out ids above those that the table has ever had. */
export class IdSource {
  #last: number;

  constructor(last: number) {
    this.#last = last;
  }

  next(): number {
    return ++this.#last;
  }
}

const names = {
  boolean: 'boolean',
  double: 'double',
  float: 'float',
  bigint: 'long',
  int: 'int',
  smallint: 'int',
  tinyint: 'int',
  string: 'string',
  binary: 'binary',
  timestamp: 'timestamptz',
  date: 'date',
} as const;

/** Makes the field of a column that the table does not have yet. */
export function newField({ name, type, comment }: Column, ids: IdSource): IcebergField {
  const id = ids.next();
  return { id, name, required: false, type: newType(type, ids), ...(comment !== undefined && { doc: comment }) };
}

function newType(type: ColumnType, ids: IdSource): IcebergType {
  switch (type.kind) {
    case 'struct':
      return { type: 'struct', fields: type.fields.map((field) => newField(field, ids)) };
    case 'array':
      return { type: 'list', 'element-id': ids.next(), 'element-required': false, element: newType(type.element, ids) };
    case 'map':
      return {
        type: 'map',
        'key-id': ids.next(),
        key: 'string',
        'value-id': ids.next(),
        'value-required': false,
        value: newType(type.value, ids),
      };
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    default:
      return names[type.kind];
  }
}

/** Makes the field as it is when its column has become `type`: fields of structs are added, numbers promoted where Iceberg allows it. */
export function grownField(field: IcebergField, type: ColumnType, ids: IdSource): IcebergField {
  return { ...field, type: grownType(field.type, type, ids) };
}

function grownType(old: IcebergType, type: ColumnType, ids: IdSource): IcebergType {
  if (typeof old === 'string') return promoted(old, newType(type, ids));
  if (old.type === 'struct' && type.kind === 'struct') {
    const wanted = new Map(type.fields.map((field) => [field.name, field]));
    const kept = old.fields.map((field) => {
      const column = wanted.get(field.name);
      return column === undefined ? field : grownField(field, column.type, ids);
    });
    const added = type.fields.filter(({ name }) => old.fields.every((field) => field.name !== name));
    return { ...old, fields: [...kept, ...added.map((field) => newField(field, ids))] };
  }
  if (old.type === 'list' && type.kind === 'array')
    return { ...old, element: grownType(old.element, type.element, ids) };
  if (old.type === 'map' && type.kind === 'map') return { ...old, value: grownType(old.value, type.value, ids) };
  throw new RangeError(`a ${old.type} can't become ${type.kind}`);
}

const promotions: Readonly<Record<string, string>> = { int: 'long', float: 'double' };

function promoted(old: string, type: IcebergType): string {
  if (type === old) return old;
  if (type === promotions[old]) return type;
  // a column without a zone stays one: it is written as before
  if (old === 'timestamp' && type === 'timestamptz') return old;
  throw new RangeError(`${old} can't become ${JSON.stringify(type)}`);
}

/** Gives a table's columns. Throws TABLE_MISMATCH for a field that we can't write. */
export function columnsOfFields(fields: readonly IcebergField[], table: string): Column[] {
  return fields.map(({ name, type, doc, required }) => {
    const of = required || name !== name.toLowerCase() ? undefined : typeOf(type);
    if (of === undefined) throw unwritable({ name, type, required }, table);
    return { name, type: of, ...(doc !== undefined && { comment: doc }) };
  });
}

const kinds: Readonly<Record<string, Exclude<ColumnType['kind'], 'decimal' | 'array' | 'map' | 'struct'>>> = {
  boolean: 'boolean',
  double: 'double',
  float: 'float',
  long: 'bigint',
  int: 'int',
  string: 'string',
  binary: 'binary',
  timestamptz: 'timestamp',
  timestamp: 'timestamp',
  date: 'date',
};

function typeOf(type: IcebergType): ColumnType | undefined {
  if (typeof type === 'string') {
    const [, precision, scale] = /^decimal\((\d+), ?(\d+)\)$/.exec(type) ?? [];
    if (precision !== undefined) return { kind: 'decimal', precision: Number(precision), scale: Number(scale) };
    const kind = kinds[type];
    return kind && { kind };
  }
  switch (type.type) {
    case 'struct':
      return structOf(type.fields);
    case 'list': {
      const element = typeOf(type.element);
      return element && { kind: 'array', element };
    }
    case 'map': {
      const value = typeOf(type.value);
      return type.key === 'string' && value !== undefined ? { kind: 'map', value } : undefined;
    }
  }
}

function structOf(fields: readonly IcebergField[]): ColumnType | undefined {
  const known = fields.flatMap(({ name, type, required }) => {
    const of = required ? undefined : typeOf(type);
    return of === undefined ? [] : [{ name, type: of }];
  });
  return known.length === fields.length ? { kind: 'struct', fields: known } : undefined;
}

/** Gives the ids of fields, under the names that they have in a Parquet file. */
export function fieldIdsOf(fields: readonly IcebergField[]): FieldIds {
  return new Map(fields.map(({ id, name, type }) => [name, withInner(id, type)]));
}

function withInner(id: number, type: IcebergType): FieldId {
  if (typeof type === 'string') return { id };
  switch (type.type) {
    case 'struct':
      return { id, fields: fieldIdsOf(type.fields) };
    case 'list':
      return { id, fields: new Map([['element', withInner(type['element-id'], type.element)]]) };
    case 'map':
      return {
        id,
        fields: new Map([
          ['key', { id: type['key-id'] }],
          ['value', withInner(type['value-id'], type.value)],
        ]),
      };
  }
}

function unwritable(field: Pick<IcebergField, 'name' | 'type' | 'required'>, table: string): PipelineError {
  const { name, type, required } = field;
  const what = required ? 'as required' : `of type ${JSON.stringify(type)}`;
  return new PipelineError('TABLE_MISMATCH', {
    message: `the table ${table} has the column ${name} ${what}: expected an optional column with a lower-case name and a type that JSON values can have`,
    retryable: false,
    details: { table, column: name },
    hint: 'change or drop the column, or set LAKE_TABLE to a new name',
  });
}
