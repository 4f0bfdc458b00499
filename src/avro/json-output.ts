/** Thrown when a value's JSON would be larger than a record may be. */
export class ValueTooLarge extends Error {}

const backslash = 0x5c;
const quote = 0x22;
const hexDigits = Buffer.from('0123456789abcdef');
const comma = 0x2c;
const shortEnd = 1e9;

/** Writes the JSON of values one after the other into one buffer. */
export class JsonOutput {
  bytes: Buffer;
  at = 0;
  readonly #valueBytesMax: number;
  #start = 0;

  constructor(bytes: number, valueBytesMax: number) {
    this.bytes = Buffer.allocUnsafeSlow(bytes);
    this.#valueBytesMax = valueBytesMax;
  }

  /** Begins a value; answers with where it is. */
  begin(): number {
    this.#start = this.at;
    return this.at;
  }

  /** Makes room for so many bytes more. */
  reserve(length: number): void {
    const needed = this.at + length;
    if (needed - this.#start > this.#valueBytesMax) throw new ValueTooLarge();
    if (needed > this.bytes.length) this.#grow(needed);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  /** Writes text that has ASCII only. */
  ascii(text: string): void {
    this.reserve(text.length);
    const { bytes } = this;
    let { at } = this;
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index);
    this.at = at;
  }

  /** Writes an integer of up to nine digits, or any other by its text. */
  integer(value: number | bigint): void {
    if (typeof value === 'bigint' || value < 0 || value >= shortEnd) return this.ascii(String(value));
    let length = 1;
    for (let rest = value; rest >= 10; rest = Math.trunc(rest / 10)) length++;
    this.reserve(length);
    let rest = value;
    for (let at = this.at + length - 1; at >= this.at; at--) {
      this.bytes[at] = 0x30 + (rest % 10);
      rest = Math.trunc(rest / 10);
    }
    this.at += length;
  }

  /** Writes bytes as they are. */
  raw(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    const { bytes } = this;
    let { at } = this;
    for (let index = start; index < end; index++) bytes[at++] = source[index] ?? 0;
    this.at = at;
  }

  /** Copies bytes, however many. */
  copy(source: Buffer, start: number, end: number): void {
    const needed = this.at + end - start;
    if (needed > this.bytes.length) this.#grow(needed);
    this.at += source.copy(this.bytes, this.at, start, end);
  }

  /** Writes a JSON string whose content is `source[start, end)` in UTF-8. */
  string(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start + 2);
    let { bytes, at } = this;
    bytes[at++] = quote;
    for (let index = start; index < end; index++) {
      const byte = source[index] ?? 0;
      if (byte >= 0x20 && byte !== quote && byte !== backslash) bytes[at++] = byte;
      else {
        this.at = at;
        this.reserve(end - index + 7);
        bytes = this.bytes;
        at = writeEscape(bytes, at, byte);
      }
    }
    bytes[at++] = quote;
    this.at = at;
  }

  /** Ends an array or object: its bracket stands where the comma of its last member was. */
  close(bracket: number): void {
    if (this.bytes[this.at - 1] === comma) this.at--;
    this.byte(bracket);
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

function writeEscape(bytes: Buffer, start: number, byte: number): number {
  let at = start;
  bytes[at++] = backslash;
  if (byte === quote || byte === backslash) {
    bytes[at++] = byte;
    return at;
  }
  bytes[at++] = 0x75;
  bytes[at++] = 0x30;
  bytes[at++] = 0x30;
  bytes[at++] = hexDigits[byte >> 4] ?? 0x30;
  bytes[at++] = hexDigits[byte & 0xf] ?? 0x30;
  return at;
}
