import { isArray, isEnum, isFixed, isMap, isRecord, isUnion } from './avro-writer.ts';
import type { AvroType } from './avro-schema.ts';

/**
 * Reads values in Avro's binary encoding by the schema that they were written with: the other way around of `AvroWriter`. Integers come as
 * numbers where these hold them, else as `bigint`. Throws RangeError where the bytes end too early or are no such values.
 */
export class AvroReader {
  readonly #bytes: Buffer;
  /** Types that were given a name: others may be written as that name alone. */
  readonly #named = new Map<string, AvroType>();
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
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
  long(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 64n; shift += 7n) {
      const byte = this.#bytes.readUInt8(this.#at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    throw new RangeError('an integer of more than 64 bits');
  }

  /** Reads a length, a count or an index. */
  count(): number {
    const value = Number(this.long());
    if (value < 0 || value > this.#bytes.length)
      throw new RangeError(`${value} is no length in a file of ${this.#bytes.length} bytes`);
    return value;
  }

  bytes(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError(`the file ends ${end - this.#bytes.length} bytes too early`);
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  /** Reads blocks of items up to the empty one. A negative count is followed by the block's size in bytes. */
  #blocks<Item>(read: () => Item): Item[] {
    const items: Item[] = [];
    for (let count = this.long(); count !== 0n; count = this.long()) {
      if (count < 0n) this.long();
      const left = count < 0n ? -count : count;
      if (left > BigInt(this.#bytes.length))
        throw new RangeError(`${left} items in a file of ${this.#bytes.length} bytes`);
      for (let index = 0n; index < left; index++) items.push(read());
    }
    return items;
  }

  #primitive(type: string): unknown {
    switch (type) {
      case 'null':
        return null;
      case 'boolean':
        return this.bytes(1)[0] === 1;
      case 'int':
      case 'long':
        return numberOf(this.long());
      case 'float':
        return this.bytes(4).readFloatLE();
      case 'double':
        return this.bytes(8).readDoubleLE();
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

function numberOf(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
