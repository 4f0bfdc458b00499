import { ByteWriter } from '../byte-writer.ts';

const types = { true: 1, false: 2, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

/**
 * Writes structures in Thrift's compact protocol, as Parquet's headers and footer are. Fields must come by rising id.
 * Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export class ThriftWriter {
  readonly #out = new ByteWriter();
  #lastId = 0;

  i32(id: number, value: number | undefined): void {
    if (value === undefined) return;
    this.#header(id, types.i32);
    this.#out.zigzag(value);
  }

  i64(id: number, value: number | undefined): void {
    if (value === undefined) return;
    this.#header(id, types.i64);
    this.#out.zigzag(value);
  }

  boolean(id: number, value: boolean): void {
    this.#header(id, value ? types.true : types.false);
  }

  binary(id: number, value: Uint8Array | string | undefined): void {
    if (value === undefined) return;
    this.#header(id, types.binary);
    this.#bytes(value);
  }

  struct(id: number, write: () => void): void {
    this.#header(id, types.struct);
    this.#nested(write);
  }

  structs<Item>(id: number, items: readonly Item[], write: (item: Item) => void): void {
    this.#list(id, types.struct, items.length);
    for (const item of items) this.#nested(() => write(item));
  }

  i32s(id: number, values: readonly number[]): void {
    this.#list(id, types.i32, values.length);
    for (const value of values) this.#out.zigzag(value);
  }

  strings(id: number, values: readonly string[]): void {
    this.#list(id, types.binary, values.length);
    for (const value of values) this.#bytes(value);
  }

  /** Ends the outermost structure and gives its bytes. */
  finish(): Buffer {
    this.#out.byte(0);
    return this.#out.finish();
  }

  /** Begins another outermost structure in place of what was written. */
  clear(): void {
    this.#out.clear();
    this.#lastId = 0;
  }

  #nested(write: () => void): void {
    const outer = this.#lastId;
    this.#lastId = 0;
    write();
    this.#out.byte(0);
    this.#lastId = outer;
  }

  #header(id: number, type: number): void {
    writeFieldHead(this.#out, { id, lastId: this.#lastId, type });
    this.#lastId = id;
  }

  #list(id: number, type: number, size: number): void {
    this.#header(id, types.list);
    writeListHead(this.#out, size, type);
  }

  #bytes(value: Uint8Array | string): void {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    this.#out.varint(bytes.length);
    this.#out.bytes(bytes);
  }
}

/** Writes what stands before a field's value: its type, and its id as the distance from the one before it where that is short. */
export function writeFieldHead(
  out: ByteWriter,
  { id, lastId, type }: { readonly id: number; readonly lastId: number; readonly type: number },
): void {
  const step = id - lastId;
  if (step > 0 && step <= 15) return out.byte((step << 4) | type);
  out.byte(type);
  out.zigzag(id);
}

/** Writes what stands before the elements of a list. */
export function writeListHead(out: ByteWriter, size: number, type: number): void {
  if (size < 15) return out.byte((size << 4) | type);
  out.byte(0xf0 | type);
  out.varint(size);
}
