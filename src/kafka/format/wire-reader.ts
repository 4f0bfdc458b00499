/**
 * Reads the fields of an answer that uses the protocol's flexible versions, one after the other. Each method throws a RangeError
 * when the bytes end before the field does. Source: https://kafka.apache.org/protocol#protocol_types
 */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
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

  /** `undefined` for null. A view of the answer, not a copy. */
  bytes(): Buffer | undefined {
    const length = this.unsignedVarint() - 1;
    if (length < 0) return undefined;
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  string(): string | undefined {
    return this.bytes()?.toString('utf8');
  }

  /** Written as Kafka's tools do: base64url. `undefined` for the id of zeros, which means none. */
  uuid(): string | undefined {
    const start = this.#advance(16);
    const id = this.#bytes.subarray(start, start + 16);
    return id.every((byte) => byte === 0) ? undefined : id.toString('base64url');
  }

  /** Reads as many items as the count before them says; null counts as none. */
  array<T>(item: () => T): T[] {
    const count = this.unsignedVarint() - 1;
    // an item takes a byte at least: a count beyond that is no count
    if (count > this.#bytes.length - this.#at) throw new RangeError(`an array of ${count} items`);
    return Array.from({ length: Math.max(0, count) }, item);
  }

  /** Skips the tagged fields that may end each structure. */
  skipTags(): void {
    for (let left = this.unsignedVarint(); left > 0; left--) {
      this.unsignedVarint();
      this.#advance(this.unsignedVarint());
    }
  }

  #advance(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) throw new RangeError('the answer ends within a field');
    this.#at += length;
    return start;
  }
}
