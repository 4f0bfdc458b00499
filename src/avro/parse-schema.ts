import { timeUnits, type AvroField, type AvroType, type DecimalForm, type LongLogical } from './avro-type.ts';

/** Thrown for a text that is no Avro schema. */
export class SchemaProblem extends Error {}

/**
 * Reads a schema's JSON. `references` are schemas whose names it uses, each behind those that it needs itself. Throws `SchemaProblem`.
 * Source: https://avro.apache.org/docs/1.12.0/specification/
 */
export function parseSchema(text: string, references: readonly string[] = []): AvroType {
  const parser = new SchemaParser();
  for (const reference of references) parser.parse(jsonOf(reference));
  return parser.parse(jsonOf(text));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // a registry may give the name of a primitive type without quotes
    return text.trim();
  }
}

const primitives: ReadonlyMap<string, AvroType> = new Map(
  (['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const).map((kind) => [kind, { kind }]),
);

class SchemaParser {
  readonly #named = new Map<string, AvroType>();

  parse(schema: unknown, namespace = ''): AvroType {
    if (typeof schema === 'string') return this.#typeCalled(schema, namespace);
    if (Array.isArray(schema)) return { kind: 'union', branches: schema.map((each) => this.parse(each, namespace)) };
    const type = memberOf(schema, 'type');
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(schema, namespace);
      case 'enum':
        return this.#name(schema, namespace, { kind: 'enum', symbols: stringsOf(memberOf(schema, 'symbols')) });
      case 'fixed':
        return this.#name(schema, namespace, fixedType(schema));
      case 'array':
        return { kind: 'array', items: this.parse(memberOf(schema, 'items'), namespace) };
      case 'map':
        return { kind: 'map', values: this.parse(memberOf(schema, 'values'), namespace) };
      case 'int':
      case 'long':
      case 'bytes':
        return logicalType(type, schema);
      case undefined:
        throw new SchemaProblem(`expected a type, got ${JSON.stringify(schema)?.slice(0, 100)}`);
      default:
        return this.parse(type, namespace);
    }
  }

  #typeCalled(name: string, namespace: string): AvroType {
    const found = primitives.get(name) ?? this.#named.get(fullName(name, namespace)) ?? this.#named.get(name);
    if (found === undefined) throw new SchemaProblem(`the type ${JSON.stringify(name)} is not defined`);
    return found;
  }

  #record(schema: unknown, namespace: string): AvroType {
    const name = fullNameOf(schema, namespace);
    const fields: AvroField[] = [];
    const record: AvroType = { kind: 'record', name, fields };
    // known before its fields, which may be of its type
    this.#named.set(name, record);
    const given = memberOf(schema, 'fields');
    if (!Array.isArray(given)) throw new SchemaProblem(`the record ${name} has no fields`);
    for (const field of given)
      fields.push({
        name: stringOf(memberOf(field, 'name'), `a field of ${name}`),
        type: this.parse(memberOf(field, 'type'), namespaceOf(name)),
      });
    return record;
  }

  #name(schema: unknown, namespace: string, type: AvroType): AvroType {
    this.#named.set(fullNameOf(schema, namespace), type);
    return type;
  }
}

function fixedType(schema: unknown): AvroType {
  const size = memberOf(schema, 'size');
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0)
    throw new SchemaProblem(`a fixed type has the size ${JSON.stringify(size)}`);
  const logical = memberOf(schema, 'logicalType');
  const decimal = decimalForm(schema);
  if (decimal !== undefined) return { kind: 'fixed', size, decimal };
  if (logical === 'uuid' && size === 16) return { kind: 'fixed', size, logical };
  if (logical === 'duration' && size === 12) return { kind: 'fixed', size, logical };
  return { kind: 'fixed', size };
}

/** A logical type that does not go with the type is none, as the specification says. */
function logicalType(kind: 'int' | 'long' | 'bytes', schema: unknown): AvroType {
  const logical = memberOf(schema, 'logicalType');
  if (kind === 'bytes') {
    const decimal = decimalForm(schema);
    return { kind, ...(decimal && { decimal }) };
  }
  if (kind === 'int') return logical === 'date' || logical === 'time-millis' ? { kind, logical } : { kind };
  return isLongLogical(logical) ? { kind, logical } : { kind };
}

function isLongLogical(logical: unknown): logical is LongLogical {
  return typeof logical === 'string' && (logical === 'time-micros' || Object.hasOwn(timeUnits, logical));
}

function decimalForm(schema: unknown): DecimalForm | undefined {
  if (memberOf(schema, 'logicalType') !== 'decimal') return undefined;
  const precision = Number(memberOf(schema, 'precision'));
  const scale = Number(memberOf(schema, 'scale') ?? 0);
  const isValid = Number.isInteger(precision) && Number.isInteger(scale) && scale >= 0 && precision >= scale;
  return isValid && precision > 0 ? { precision, scale } : undefined;
}

function fullNameOf(schema: unknown, namespace: string): string {
  const own = memberOf(schema, 'namespace');
  return fullName(stringOf(memberOf(schema, 'name'), 'a named type'), typeof own === 'string' ? own : namespace);
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function namespaceOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')));
}

function memberOf(schema: unknown, key: string): unknown {
  return typeof schema === 'object' && schema !== null && Object.hasOwn(schema, key)
    ? Reflect.get(schema, key)
    : undefined;
}

function stringOf(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new SchemaProblem(`${what} has no name`);
}

function stringsOf(value: unknown): string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new SchemaProblem('an enum has no symbols');
}
