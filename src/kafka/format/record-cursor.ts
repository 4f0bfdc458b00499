import { isUtf8 } from 'node:buffer';
import { damageOf, type RecordBatch } from './record-batch.ts';
import type { UnreadableBatch } from './unreadable-batch.ts';

/** A header's two lengths. */
const headerBytesMin = 2;

/** Most headers of a record that become JSON, and most of their bytes. */
const headersMax = 1000;
const headerBytesMax = 64 * 1024;

/** A header's value as JSON: a string, or an object where the value or the name is no UTF-8. */
type HeaderValue =
  string | null | { readonly base64: string } | { readonly name_base64: string; readonly value: HeaderValue };

/** Walks over a batch's records without making objects; its fields describe the current one. */
export class RecordCursor {
  offsetDelta = 0;
  timestamp = -1;
  /** Where the record itself begins. */
  start = -1;
  /** -1 for null. */
  keyStart = -1;
  keyEnd = -1;
  valueStart = -1;
  valueEnd = -1;
  headerCount = 0;
  readonly #bytes: Buffer;
  readonly #batch: RecordBatch;
  #at: number;
  #headersAt = 0;

  /** Before the record that begins at `start`; the batch's first one when left out. */
  constructor(batch: RecordBatch, start = batch.start) {
    this.#batch = batch;
    this.#bytes = batch.bytes;
    this.#at = start;
  }

  /** Moves to the next record; call it `count` times at most. Throws an `UnreadableBatch` for lengths that lie. */
  next(): void {
    const { appendTimestamp, baseTimestamp, end: batchEnd } = this.#batch;
    this.start = this.#at;
    const length = this.#varint();
    const end = this.#at + length;
    if (length < 0 || end > batchEnd) throw this.#cutOff();
    this.#at++;
    const timestampDelta = this.#varint();
    this.timestamp = appendTimestamp ?? (baseTimestamp < 0 ? -1 : baseTimestamp + timestampDelta);
    this.offsetDelta = this.#varint();
    const keyLength = this.#varint();
    this.keyStart = keyLength < 0 ? -1 : this.#at;
    if (keyLength > 0) this.#at += keyLength;
    this.keyEnd = this.#at;
    const valueLength = this.#varint();
    this.valueStart = valueLength < 0 ? -1 : this.#at;
    if (valueLength > 0) this.#at += valueLength;
    this.valueEnd = this.#at;
    this.headerCount = this.#varint();
    this.#headersAt = this.#at;
    const room = end - this.#at;
    if (room < 0) throw this.#cutOff();
    if (this.headerCount < 0 || this.headerCount * headerBytesMin > room)
      throw damageOf(this.#batch, `says that a record has ${this.headerCount} headers, which its bytes can’t hold`);
    this.#at = end;
  }

  /** Whether the current record is the last one that the batch's bytes hold. */
  get isAtEnd(): boolean {
    return this.#at === this.#batch.end;
  }

  #cutOff(): UnreadableBatch {
    return damageOf(this.#batch, 'ends within a record');
  }

  /**
   * The current record's headers as a JSON object of strings; a name that is there several times has an array. A value that is
   * no UTF-8 is `{"base64":…}`. What goes beyond the limits is left out and counted under `…`.
   */
  headersJson(): string {
    const end = this.#at;
    this.#at = this.#headersAt;
    const headers = new Map<string, HeaderValue[]>();
    let left = this.headerCount;
    let bytes = 0;
    for (let count = 0; left > 0 && count < headersMax && bytes < headerBytesMax; count++, left--) {
      const start = this.#at;
      const name = this.#field(end) ?? Buffer.alloc(0);
      const value = headerValue(this.#field(end));
      bytes += this.#at - start;
      add(headers, name.toString('utf8'), isUtf8(name) ? value : { name_base64: name.toString('base64'), value });
    }
    this.#at = end;
    if (left > 0) add(headers, '…', `${left} more`);
    return JSON.stringify(
      Object.fromEntries(headers.entries().map(([name, values]) => [name, values.length === 1 ? values[0] : values])),
    );
  }

  /** The value of the current record's last header of this name; `undefined` when there is none, or null. */
  header(wanted: string): Buffer | undefined {
    const end = this.#at;
    this.#at = this.#headersAt;
    let found: Buffer | undefined;
    for (let left = this.headerCount; left > 0; left--) {
      const name = this.#field(end);
      const value = this.#field(end) ?? undefined;
      if (name?.length === wanted.length && name.toString('latin1') === wanted) found = value;
    }
    this.#at = end;
    return found;
  }

  /** Never reads beyond `end`, where the record ends, whatever a length says. */
  #field(end: number): Buffer | null {
    const length = this.#varint();
    if (length < 0) return null;
    const start = Math.min(this.#at, end);
    this.#at = Math.min(start + length, end);
    return this.#bytes.subarray(start, this.#at);
  }

  /** Zigzag, up to 64 bits; values beyond 2^53 do not occur in lengths and differences. */
  #varint(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at++] ?? 0;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let low = byte & 0x7f;
    let shift = 7;
    while (shift < 28) {
      byte = bytes[this.#at++] ?? 0;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
      shift += 7;
    }
    let value = low;
    let scale = 2 ** 28;
    do {
      byte = bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * scale;
      scale *= 128;
    } while (byte >= 0x80 && scale < 2 ** 70);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

function headerValue(bytes: Buffer | null): HeaderValue {
  if (bytes === null) return null;
  return isUtf8(bytes) ? bytes.toString('utf8') : { base64: bytes.toString('base64') };
}

function add(headers: Map<string, HeaderValue[]>, name: string, value: HeaderValue): void {
  const values = headers.get(name);
  if (values === undefined) headers.set(name, [value]);
  else values.push(value);
}
