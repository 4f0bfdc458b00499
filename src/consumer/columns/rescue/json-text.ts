import { freeNow } from '../../../runtime/slab-pool.ts';
import { backslash, colon, quote } from '../../../schema/json/json-bytes.ts';
import { copyWritten, endOfWritten, type Range } from '../../../schema/json/written-json.ts';

const startBytes = 4096;
/** Text of fewer characters is written one by one: a call for it would cost more. */
const fewChars = 64;
/** Quotes, a slash and a colon. */
const frameBytes = 4;
const slash = 0x2f;
const tilde = 0x7e;

/** Text that is written piece by piece, in a buffer of its own, which can be freed at once. */
export class JsonText implements Disposable {
  #bytes: Buffer<ArrayBuffer>;
  #length = 0;

  /** Makes room for so many bytes. */
  constructor(bytes = 0) {
    this.#bytes = Buffer.allocUnsafeSlow(bytes);
  }

  /** Its bytes, and room behind them; others once it has grown. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds text. */
  write(text: string): void {
    if (text.length <= fewChars && this.#writeAscii(text)) return;
    this.reserve(Buffer.byteLength(text));
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** Adds one character, of ASCII. */
  writeByte(code: number): void {
    this.reserve(1);
    this.#bytes[this.#length++] = code;
  }

  /** Adds bytes. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    if (bytes.length > fewChars) this.#bytes.set(bytes, this.#length);
    else for (let at = 0; at < bytes.length; at++) this.#bytes[this.#length + at] = bytes[at] ?? 0;
    this.#length += bytes.length;
  }

  /** Adds bytes of another text. */
  copy(from: Buffer, { start, end }: Range): void {
    this.reserve(end - start);
    if (end - start > fewChars) from.copy(this.#bytes, this.#length, start, end);
    else for (let at = start; at < end; at++) this.#bytes[this.#length + at - start] = from[at] ?? 0;
    this.#length += end - start;
  }

  /** Adds a string of UTF-8 as JSON. */
  writeString(from: Uint8Array, { start, end }: Range): void {
    this.reserve(end - start + 2);
    const bytes = this.#bytes;
    let to = this.#length;
    bytes[to++] = quote;
    for (let at = start; at < end; at++) {
      const byte = from[at] ?? 0;
      // an escape
      if (byte < 0x20 || byte === quote || byte === backslash)
        return this.write(JSON.stringify(Buffer.from(from.buffer, from.byteOffset + start, end - start).toString()));
      bytes[to++] = byte;
    }
    bytes[to++] = quote;
    this.#length = to;
  }

  /** Adds the JSON value of the range if `writeJson` writes it so, but for space; adds nothing, and answers with false, where that can't be told. */
  copyJson(from: Buffer, range: Range): boolean {
    if (endOfWritten(from, range.start) !== range.end) return false;
    this.copyWritten(from, range);
    return true;
  }

  /** Adds the JSON value of the range, which `writeJson` writes so, but for space. */
  copyWritten(from: Buffer, range: Range): void {
    this.reserve(range.end - range.start);
    this.#length = copyWritten(from, range, this.#bytes, this.#length);
  }

  /** Adds the JSON Pointer of a top-level field as the key of a member; its name is in the range, as JSON without escapes. */
  writePointer(from: Buffer, { start, end }: Range): void {
    this.reserve(frameBytes + 2 * (end - start));
    const bytes = this.#bytes;
    let to = this.#length;
    bytes[to++] = quote;
    bytes[to++] = slash;
    for (let at = start; at < end; at++) {
      const byte = from[at] ?? 0;
      const isSpecial = byte === slash || byte === tilde;
      bytes[to++] = isSpecial ? tilde : byte;
      if (isSpecial) bytes[to++] = byte === tilde ? 0x30 : 0x31;
    }
    bytes[to++] = quote;
    bytes[to++] = colon;
    this.#length = to;
  }

  /** Makes room for more bytes. */
  reserve(bytes: number): void {
    const end = this.#length + bytes;
    if (end <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(startBytes, end * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this[Symbol.dispose]();
    this.#bytes = larger;
  }

  /** Frees the text at once, without the garbage collector: nobody may read it afterwards. */
  [Symbol.dispose](): void {
    freeNow(this.#bytes.buffer);
  }

  /** Writes nothing, and answers with false, when a character is not ASCII. */
  #writeAscii(text: string): boolean {
    this.reserve(text.length);
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code >= 0x80) return false;
      this.#bytes[this.#length + at] = code;
    }
    this.#length += text.length;
    return true;
  }
}
