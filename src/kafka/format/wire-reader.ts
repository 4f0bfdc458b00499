/**
 * Reads the fields of an answer, one after the other. Each method throws a RangeError when the bytes end before the field does.
 * Lengths and counts of a flexible version are varints, those of an older one fixed. Source: https://kafka.apache.org/protocol#protocol_types
 */
export class WireReader {
  readonly #bytes: Buffer;
  readonly #isFlexible: boolean;
  #at = 0;

  constructor(bytes: Buffer, { isFlexible }: { readonly isFlexible: boolean }) {
    this.#bytes = bytes;
    this.#isFlexible = isFlexible;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#advance(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4));
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.#advance(8));
  }

  /** Seven bits a byte, the lowest first. */
  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#advance(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a varint of more than five bytes');
  }

  /** A view of the answer, not a copy; `undefined` for null. */
  bytes(): Buffer | undefined {
    return this.#view(this.#isFlexible ? this.unsignedVarint() - 1 : this.int32());
  }

  string(): string | undefined {
    return this.#view(this.#isFlexible ? this.unsignedVarint() - 1 : this.int16())?.toString('utf8');
  }

  /** Written as Kafka's tools do: base64url. `undefined` for the id of zeros, which means none. */
  uuid(): string | undefined {
    const start = this.#advance(16);
    const id = this.#bytes.subarray(start, start + 16);
    return id.every((byte) => byte === 0) ? undefined : id.toString('base64url');
  }

  /** Reads as many items as the count before them says; null counts as none. */
  array<T>(item: () => T): T[] {
    const count = this.#isFlexible ? this.unsignedVarint() - 1 : this.int32();
    // an item takes a byte at least: a count beyond that is no count
    if (count > this.#bytes.length - this.#at) throw new RangeError(`an array of ${count} items`);
    return Array.from({ length: Math.max(0, count) }, item);
  }

  /** The tagged fields that may end each structure, by tag; none in versions that know none. */
  tags(): ReadonlyMap<number, Buffer> {
    const fields = new Map<number, Buffer>();
    for (let left = this.#isFlexible ? this.unsignedVarint() : 0; left > 0; left--) {
      const tag = this.unsignedVarint();
      const length = this.unsignedVarint();
      const start = this.#advance(length);
      fields.set(tag, this.#bytes.subarray(start, start + length));
    }
    return fields;
  }

  #view(length: number): Buffer | undefined {
    if (length < 0) return undefined;
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  #advance(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) throw new RangeError('the answer ends within a field');
    this.#at += length;
    return start;
  }
}
