/** Thrown for bytes that the schema can't have written. */
export class DamagedValue extends Error {}

const base = 2 ** 28;

/** Reads the primitives of Avro's binary encoding. Throws `DamagedValue` where the value ends too early or makes no sense. */
export class AvroInput {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  end = 0;
  /** Records around the value that is read. */
  depth = 0;

  /** Begins with the value `[start, end)`. */
  open(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.depth = 0;
  }

  /** Takes so many bytes; answers with where they begin. */
  take(length: number): number {
    const start = this.at;
    if (length < 0 || length > this.end - start)
      throw new DamagedValue(`${length} bytes are expected, ${this.end - start} are left`);
    this.at = start + length;
    return start;
  }

  /** Reads an int or long: as a number where that is exact. */
  long(): number | bigint {
    const { bytes, end } = this;
    const start = this.at;
    let low = 0;
    let high = 0;
    for (let index = 0; ; index++) {
      if (start + index >= end) throw new DamagedValue('it ends within a number');
      const byte = bytes[start + index] ?? 0;
      const bits = byte & 0x7f;
      if (index < 4) low += bits << (7 * index);
      else if (index < 8) high += bits << (7 * (index - 4));
      else return this.#large();
      if (byte < 0x80) {
        this.at = start + index + 1;
        break;
      }
    }
    const zigzag = high * base + low;
    if (zigzag > Number.MAX_SAFE_INTEGER) return this.#large(start);
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }

  #large(start = this.at): number | bigint {
    let zigzag = 0n;
    for (let index = 0; ; index++) {
      if (start + index >= this.end) throw new DamagedValue('it ends within a number');
      const byte = this.bytes[start + index] ?? 0;
      if (index === 9 && byte > 1) throw new DamagedValue('a number has more than 64 bits');
      zigzag |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) {
        this.at = start + index + 1;
        const value = BigInt.asIntN(64, (zigzag >> 1n) ^ -(zigzag & 1n));
        const number = Number(value);
        return Number.isSafeInteger(number) ? number : value;
      }
    }
  }

  /** Reads an int or long that counts something. */
  count(): number {
    const value = this.long();
    if (typeof value === 'bigint') throw new DamagedValue(`${value} is no number of bytes or items`);
    return value;
  }

  /** Reads the number of items in a block of an array or map; 0 ends it. */
  blockCount(): number {
    const count = this.count();
    if (count >= 0) return count;
    // the block's size in bytes, for those who skip it
    this.count();
    return -count;
  }

  boolean(): boolean {
    const byte = this.bytes[this.take(1)] ?? 0;
    if (byte > 1) throw new DamagedValue(`${byte} is no boolean`);
    return byte === 1;
  }

  float(): number {
    return this.bytes.readFloatLE(this.take(4));
  }

  double(): number {
    return this.bytes.readDoubleLE(this.take(8));
  }

  /** Takes the bytes of a string or of bytes; answers with where they begin: they end at `at`. */
  content(): number {
    return this.take(this.count());
  }
}
