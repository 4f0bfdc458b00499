import {
  isArray,
  isFixed,
  isMap,
  isRecord,
  isUnion,
  type AvroArray,
  type AvroMap,
  type AvroRecord,
  type AvroType,
} from './avro-schema.ts';

/** Bytes of the longest integer. */
const longBytesMax = 10;

/** Twice as much is still a number without loss. */
const zigzagNumberMax = 2 ** 52;

/**
 * Writes values in Avro's binary encoding by a schema: records as objects by their fields' names, `null` or `undefined` for null, maps as
 * objects, `bytes` and `fixed` as `Uint8Array`. A union must be of null and one other type. Throws TypeError for a value that is none of
 * its type.
 * Source: https://avro.apache.org/docs/1.12.0/specification/#binary-encoding
 */
export class AvroWriter {
  #buffer = Buffer.allocUnsafe(1024);
  #length = 0;

  value(value: unknown, type: AvroType): void {
    if (typeof type === 'string') return this.#primitive(value, type);
    if (isUnion(type)) return this.#union(value, type);
    if (isRecord(type)) return this.#record(value, type);
    if (isArray(type)) return this.#array(value, type);
    if (isMap(type)) return this.#map(value, type);
    if (isFixed(type)) return this.bytes(bytesOf(value));
    return this.#primitive(value, type.type);
  }

  /** Writes an integer of up to 64 bits: zigzag, then seven bits a byte. */
  long(value: number | bigint): void {
    this.#reserve(longBytesMax);
    if (typeof value === 'number' && Math.abs(value) < zigzagNumberMax) this.#zigzag(value);
    else this.#zigzagBig(BigInt.asIntN(64, BigInt(value)));
  }

  /** Writes bytes as they are. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Writes bytes behind their length, as `bytes` and `string` are. */
  sized(bytes: Uint8Array): void {
    this.long(bytes.length);
    this.bytes(bytes);
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #zigzag(value: number): void {
    let rest = value >= 0 ? value * 2 : value * -2 - 1;
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) this.#byte((rest % 0x80) | 0x80);
    this.#byte(rest);
  }

  #zigzagBig(value: bigint): void {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    for (; rest > 0x7fn; rest >>= 7n) this.#byte(Number(rest & 0x7fn) | 0x80);
    this.#byte(Number(rest));
  }

  #byte(byte: number): void {
    this.#buffer[this.#length++] = byte;
  }

  /** Makes room: a manifest has a hundred values a file, so that each is not a buffer of its own. */
  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }

  #union(value: unknown, branches: readonly AvroType[]): void {
    const isNull = value === null || value === undefined;
    const index = branches.findIndex((branch) => (branch === 'null') === isNull);
    const branch = branches[index];
    if (branch === undefined) throw new TypeError(`no branch of ${JSON.stringify(branches)} for ${String(value)}`);
    this.long(index);
    this.value(value, branch);
  }

  #record(value: unknown, { name, fields }: AvroRecord): void {
    if (typeof value !== 'object' || value === null) throw new TypeError(`${name}: expected an object`);
    for (const field of fields) this.value(Reflect.get(value, field.name), field.type);
  }

  #array(value: unknown, { items }: AvroArray): void {
    if (!Array.isArray(value)) throw new TypeError('expected an array');
    if (value.length > 0) this.long(value.length);
    for (const item of value) this.value(item, items);
    this.long(0);
  }

  #map(value: unknown, { values }: AvroMap): void {
    const entries = Object.entries(Object(value));
    if (entries.length > 0) this.long(entries.length);
    for (const [key, each] of entries) {
      this.#primitive(key, 'string');
      this.value(each, values);
    }
    this.long(0);
  }

  #primitive(value: unknown, type: string): void {
    switch (type) {
      case 'null':
        return;
      case 'boolean':
        return this.bytes(Uint8Array.of(value === true ? 1 : 0));
      case 'int':
      case 'long':
        return this.long(integerOf(value));
      case 'float':
      case 'double':
        return this.#real(Number(value), type === 'float' ? 4 : 8);
      case 'string':
        return this.sized(Buffer.from(String(value), 'utf8'));
      case 'bytes':
        return this.sized(bytesOf(value));
      default:
        throw new TypeError(`the type ${type} is not one that can be written`);
    }
  }

  #real(value: number, length: 4 | 8): void {
    const bytes = Buffer.alloc(length);
    if (length === 4) bytes.writeFloatLE(value);
    else bytes.writeDoubleLE(value);
    this.bytes(bytes);
  }
}

function integerOf(value: unknown): number | bigint {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) return value;
  throw new TypeError(`expected an integer, got ${String(value)}`);
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`expected bytes, got ${String(value)}`);
}
