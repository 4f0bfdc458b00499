import type { Compress } from './compression.ts';
import { ThriftWriter } from './thrift-writer.ts';
import { encodings } from './value-encoding.ts';

/** The format's numbers of pages, and of the fields of a page's header that describe them. */
const pageTypes = { data: { type: 0, field: 5 }, dictionary: { type: 2, field: 7 } } as const;

/** What a page holds. */
export interface PageContent {
  readonly kind: keyof typeof pageTypes;
  readonly values: number;
  readonly encoding: number;
}

/** Shorter pieces are copied: a file of many columns has thousands. */
const shortBytesMax = 8 * 1024;
/** Room for short pieces. */
const roomBytes = 64 * 1024;

/** Used again for each page: its bytes are copied. */
const header = new ThriftWriter();

/** Collects the pieces of a file in their order. */
export class FileWriter {
  readonly #pieces: Uint8Array[] = [];
  /** Short pieces lie in it one behind the other, those from `#first` to `#used` behind the last one of `#pieces`. */
  #room = new Uint8Array(0);
  #first = 0;
  #used = 0;
  #length = 0;
  #unpackedBytes = 0;

  get length(): number {
    return this.#length;
  }

  /** Bytes of all pages with their headers, before compression. */
  get unpackedBytes(): number {
    return this.#unpackedBytes;
  }

  /** Appends bytes, which must stay as they are. */
  append(bytes: Uint8Array): void {
    if (bytes.length > shortBytesMax) {
      this.#endShort();
      this.#pieces.push(bytes);
    } else this.#copy(bytes);
    this.#length += bytes.length;
  }

  page(body: Uint8Array, compress: Compress, content: PageContent): void {
    const packed = compress(body);
    const head = pageHeader(content, body.length, packed.length);
    this.append(head);
    this.append(packed);
    this.#unpackedBytes += head.length + body.length;
  }

  finish(): Uint8Array {
    this.#endShort();
    return Buffer.concat(this.#pieces, this.#length);
  }

  #copy(bytes: Uint8Array): void {
    if (this.#used + bytes.length > this.#room.length) {
      this.#endShort();
      this.#room = new Uint8Array(roomBytes);
      this.#first = 0;
      this.#used = 0;
    }
    this.#room.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** Makes one piece of the short ones that came since the last long one. */
  #endShort(): void {
    if (this.#used > this.#first) this.#pieces.push(this.#room.subarray(this.#first, this.#used));
    this.#first = this.#used;
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
