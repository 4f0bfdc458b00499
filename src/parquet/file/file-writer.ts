import { freeNow } from '../../runtime/slab-pool.ts';
import type { Compress } from '../encodings/compression.ts';
import { ThriftWriter } from './thrift-writer.ts';
import { encodings } from '../encodings/value-encoding.ts';

/** The format's numbers of pages, and of the fields of a page's header that describe them. */
const pageTypes = { data: { type: 0, field: 5 }, dictionary: { type: 2, field: 7 } } as const;

/** What a page holds. */
export interface PageContent {
  readonly kind: keyof typeof pageTypes;
  readonly values: number;
  readonly encoding: number;
}

/** A file up to this size is copied when it is whole: its buffer comes from malloc's heap, which is warm. */
const smallBytes = 1024 * 1024;

/** A larger file stays where it was written, in memory that grows by such steps, so that none of it is taken from the system twice. */
const stepBytes = 512 * 1024;

/** Addresses that are reserved for growth. A file that needs more moves on to where there are four times as many as it needs. */
const reservedBytes = 64 * 1024 * 1024;

/** Used again for each page: its bytes are copied. */
const header = new ThriftWriter();

/** Collects the bytes of a file in their order. */
export class FileWriter {
  /** What is written so far, and room behind it. */
  #bytes: Uint8Array<ArrayBuffer> = Buffer.allocUnsafeSlow(smallBytes);
  #length = 0;
  #unpackedBytes = 0;

  get length(): number {
    return this.#length;
  }

  /** Bytes of all pages with their headers, before compression. */
  get unpackedBytes(): number {
    return this.#unpackedBytes;
  }

  /** Copies bytes to the end of the file. */
  append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#bytes.length) this.#reserve(needed);
    this.#bytes.set(bytes, this.#length);
    this.#length = needed;
  }

  page(body: Uint8Array, compress: Compress, content: PageContent): void {
    compress(body, (packed) => {
      const head = pageHeader(content, body.length, packed.length);
      this.append(head);
      this.append(packed);
      this.#unpackedBytes += head.length + body.length;
    });
  }

  /** Gives the whole file; nothing can be written to it afterwards. */
  finish(): Uint8Array {
    const { buffer } = this.#bytes;
    if (buffer.resizable) {
      buffer.resize(this.#length);
      return Buffer.from(buffer, 0, this.#length);
    }
    const file = Buffer.from(this.#bytes.subarray(0, this.#length));
    freeNow(buffer);
    return file;
  }

  #reserve(needed: number): void {
    const before = this.#bytes;
    if (!before.buffer.resizable || needed > before.buffer.maxByteLength)
      this.#bytes = new Uint8Array(new ArrayBuffer(0, { maxByteLength: Math.max(reservedBytes, needed * 4) }));
    const { buffer } = this.#bytes;
    buffer.resize(Math.min(buffer.maxByteLength, Math.ceil(needed / stepBytes) * stepBytes));
    if (this.#bytes === before) return;
    this.#bytes.set(before.subarray(0, this.#length));
    freeNow(before.buffer);
  }
}

/** Gives a page's header, valid until that of the next one is made. */
function pageHeader({ kind, values, encoding }: PageContent, unpacked: number, packed: number): Buffer {
  const { type, field } = pageTypes[kind];
  header.clear();
  header.i32(1, type);
  header.i32(2, unpacked);
  header.i32(3, packed);
  header.struct(field, () => {
    header.i32(1, values);
    header.i32(2, encoding);
    if (kind === 'dictionary') return;
    header.i32(3, encodings.rle);
    header.i32(4, encodings.rle);
  });
  return header.finish();
}
