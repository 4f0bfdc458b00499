import { AvroInput } from '../../avro/avro-input.ts';
import { isArray, isEnum, isFixed, isMap, isRecord, isUnion, type AvroType } from './avro-schema.ts';

/**
 * Reads values in Avro's binary encoding by the schema that they were written with: the other way around of `AvroWriter`. Integers come as
 * numbers where these hold them, else as `bigint`. Throws where the bytes end too early or are no such values.
 */
export class AvroReader {
  readonly #input = new AvroInput();
  /** Types that were given a name: others may be written as that name alone. */
  readonly #named = new Map<string, AvroType>();

  constructor(bytes: Uint8Array) {
    this.#input.open(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.length);
  }

  get isAtEnd(): boolean {
    return this.#input.at >= this.#input.end;
  }

  value(type: AvroType): unknown {
    if (typeof type === 'string') return this.#primitive(type);
    if (isUnion(type)) return this.value(branchOf(type, this.count()));
    if ('name' in type) this.#named.set(type.name, type);
    if (isRecord(type)) return Object.fromEntries(type.fields.map((field) => [field.name, this.value(field.type)]));
    if (isArray(type)) return this.#blocks(() => this.value(type.items));
    if (isMap(type))
      return Object.fromEntries(this.#blocks(() => [String(this.#primitive('string')), this.value(type.values)]));
    if (isFixed(type)) return this.bytes(type.size ?? 0);
    if (isEnum(type)) return type.symbols?.[this.count()];
    return this.value(type.type);
  }

  /** Reads an integer of up to 64 bits. */
  long(): number | bigint {
    return this.#input.long();
  }

  /** Reads a length, a count or an index. */
  count(): number {
    const value = this.#input.count();
    if (value < 0) throw new RangeError(`${value} is no length`);
    return this.#checked(value);
  }

  bytes(length: number): Buffer {
    const start = this.#input.take(length);
    return this.#input.bytes.subarray(start, this.#input.at);
  }

  /** Reads blocks of items up to the empty one. */
  #blocks<Item>(read: () => Item): Item[] {
    const items: Item[] = [];
    for (let count = this.#input.blockCount(); count > 0; count = this.#input.blockCount())
      for (let left = this.#checked(count); left > 0; left--) items.push(read());
    return items;
  }

  /** Items may take no bytes at all: what a damaged count says must not be believed. */
  #checked(count: number): number {
    const { end } = this.#input;
    if (count > end) throw new RangeError(`${count} of something in a file of ${end} bytes`);
    return count;
  }

  #primitive(type: string): unknown {
    switch (type) {
      case 'null':
        return null;
      case 'boolean':
        return this.#input.boolean();
      case 'int':
      case 'long':
        return this.long();
      case 'float':
        return this.#input.float();
      case 'double':
        return this.#input.double();
      case 'string':
        return this.bytes(this.count()).toString('utf8');
      case 'bytes':
        return this.bytes(this.count());
      default: {
        const named = this.#named.get(type);
        if (named === undefined) throw new RangeError(`the schema has no type ${type}`);
        return this.value(named);
      }
    }
  }
}

function branchOf(union: readonly AvroType[], index: number): AvroType {
  const branch = union[index];
  if (branch === undefined) throw new RangeError(`a union of ${union.length} types has none at ${index}`);
  return branch;
}
