import { ByteWriter } from '../byte-writer.ts';
import { writeFieldHead, writeListHead } from './thrift-writer.ts';

/**
 * Structures of Thrift's compact protocol as they are, whatever their fields mean: what is read and written again has the same bytes.
 * Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export type ThriftValue =
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'byte' | 'i16' | 'i32' | 'i64'; readonly value: number }
  /** Eight bytes of a double, or any number of them. */
  | { readonly kind: 'double' | 'binary'; readonly bytes: Uint8Array }
  | { readonly kind: 'list' | 'set'; readonly of: Kind; readonly items: readonly ThriftValue[] }
  | ThriftStruct;

export interface ThriftStruct {
  readonly kind: 'struct';
  /** Values by their ids, which rise. */
  readonly fields: ReadonlyMap<number, ThriftValue>;
}

type Kind = 'boolean' | 'byte' | 'i16' | 'i32' | 'i64' | 'double' | 'binary' | 'list' | 'set' | 'struct';

/** Numbers of the types, of which the first two are a field's `true` and `false`; an element that is one of them takes a byte. */
const kinds: readonly (Kind | undefined)[] = [
  undefined,
  'boolean',
  'boolean',
  'byte',
  'i16',
  'i32',
  'i64',
  'double',
  'binary',
  'list',
  'set',
  undefined,
  'struct',
];
const isTrue = 1;

/** Reads the structure that the bytes begin with. Throws a RangeError for bytes that are none. */
export function readThrift(bytes: Uint8Array): ThriftStruct {
  return new Reader(bytes).struct();
}

export function writeThrift(struct: ThriftStruct): Buffer {
  const out = new ByteWriter();
  writeStruct(out, struct);
  return out.finish();
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  struct(): ThriftStruct {
    const fields = new Map<number, ThriftValue>();
    let id = 0;
    for (let head = this.#byte(); head !== 0; head = this.#byte()) {
      const type = head & 0x0f;
      id = head >> 4 === 0 ? this.#zigzag() : id + (head >> 4);
      const kind = kindOf(type);
      fields.set(id, kind === 'boolean' ? { kind, value: type === isTrue } : this.#value(kind));
    }
    return { kind: 'struct', fields };
  }

  #value(kind: Kind): ThriftValue {
    switch (kind) {
      case 'boolean':
        return { kind, value: this.#byte() === isTrue };
      case 'byte':
        return { kind, value: this.#byte() };
      case 'i16':
      case 'i32':
      case 'i64':
        return { kind, value: this.#zigzag() };
      case 'double':
        return { kind, bytes: this.#take(8) };
      case 'binary':
        return { kind, bytes: this.#take(this.#varint()) };
      case 'list':
      case 'set':
        return this.#list(kind);
      case 'struct':
        return this.struct();
    }
  }

  #list(kind: 'list' | 'set'): ThriftValue {
    const head = this.#byte();
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    const of = kindOf(head & 0x0f);
    return { kind, of, items: Array.from({ length: size }, () => this.#value(of)) };
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('a Thrift structure ends too early');
    return byte;
  }

  #take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new RangeError('a Thrift structure ends too early');
    return this.#bytes.subarray(this.#at, (this.#at += length));
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    if (!Number.isSafeInteger(value))
      throw new RangeError('a Thrift structure holds a larger number than a file has bytes');
    return value;
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

function kindOf(type: number): Kind {
  const kind = kinds[type];
  if (kind === undefined) throw new RangeError(`Thrift's type ${type} is none that Parquet has`);
  return kind;
}

function writeStruct(out: ByteWriter, { fields }: ThriftStruct): void {
  let last = 0;
  for (const [id, value] of fields) {
    const type = value.kind === 'boolean' && value.value ? isTrue : typeOf(value.kind);
    writeFieldHead(out, { id, lastId: last, type });
    if (value.kind !== 'boolean') writeValue(out, value);
    last = id;
  }
  out.byte(0);
}

function writeValue(out: ByteWriter, value: ThriftValue): void {
  switch (value.kind) {
    case 'boolean':
      return out.byte(value.value ? isTrue : typeOf('boolean'));
    case 'byte':
      return out.byte(value.value);
    case 'i16':
    case 'i32':
    case 'i64':
      return out.zigzag(value.value);
    case 'double':
      return out.bytes(value.bytes);
    case 'binary':
      out.varint(value.bytes.length);
      return out.bytes(value.bytes);
    case 'list':
    case 'set':
      writeListHead(out, value.items.length, typeOf(value.of));
      for (const item of value.items) writeValue(out, item);
      return undefined;
    case 'struct':
      return writeStruct(out, value);
  }
}

/** The type's number: that of `false` for a boolean. */
function typeOf(kind: Kind): number {
  return kinds.lastIndexOf(kind);
}
