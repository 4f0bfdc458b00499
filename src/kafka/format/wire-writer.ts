/**
 * Writes the fields of a request, one after the other. Lengths and counts of a flexible version are varints, those of an older
 * one fixed. Source: https://kafka.apache.org/protocol#protocol_types
 */
export class WireWriter {
  readonly #pieces: Buffer[] = [];
  readonly #isFlexible: boolean;

  constructor({ isFlexible }: { readonly isFlexible: boolean }) {
    this.#isFlexible = isFlexible;
  }

  int8(value: number): this {
    return this.#fixed(1, (bytes) => bytes.writeInt8(value));
  }

  int16(value: number): this {
    return this.#fixed(2, (bytes) => bytes.writeInt16BE(value));
  }

  int32(value: number): this {
    return this.#fixed(4, (bytes) => bytes.writeInt32BE(value));
  }

  int64(value: bigint): this {
    return this.#fixed(8, (bytes) => bytes.writeBigInt64BE(value));
  }

  /** Seven bits a byte, the lowest first. */
  unsignedVarint(value: number): this {
    const bytes: number[] = [];
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
    bytes.push(rest);
    this.#pieces.push(Buffer.from(bytes));
    return this;
  }

  string(value: string): this {
    const bytes = Buffer.from(value);
    if (this.#isFlexible) this.unsignedVarint(bytes.length + 1);
    else this.int16(bytes.length);
    this.#pieces.push(bytes);
    return this;
  }

  /** Takes base64url; `undefined` writes the id of zeros. */
  uuid(id: string | undefined): this {
    this.#pieces.push(id === undefined ? Buffer.alloc(16) : Buffer.from(id, 'base64url'));
    return this;
  }

  /** `undefined` writes null, which is something else than no items. */
  array<T>(items: readonly T[] | undefined, write: (item: T) => void): this {
    const count = items?.length ?? -1;
    if (this.#isFlexible) this.unsignedVarint(count + 1);
    else this.int32(count);
    for (const item of items ?? []) write(item);
    return this;
  }

  /** Ends a structure: without tagged fields, which older versions don't know. */
  noTags(): this {
    return this.#isFlexible ? this.unsignedVarint(0) : this;
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  #fixed(length: number, write: (bytes: Buffer) => void): this {
    const bytes = Buffer.alloc(length);
    write(bytes);
    this.#pieces.push(bytes);
    return this;
  }
}
