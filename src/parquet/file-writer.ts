import { freeNow } from '../runtime/slab-pool.ts';
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

/** Bytes are collected in rooms of this size: what a file needs is known when its footer is written. */
const roomBytes = 512 * 1024;

const noRoom = Buffer.alloc(0);

/** Used again for each page: its bytes are copied. */
const header = new ThriftWriter();

/** Collects the bytes of a file in their order. */
export class FileWriter {
  /** All but the last are full. */
  readonly #rooms: Buffer[] = [];
  #room = noRoom;
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
    for (let from = 0; from < bytes.length;) {
      const used = this.#length % roomBytes;
      if (used === 0) this.#addRoom();
      const part = bytes.subarray(from, from + roomBytes - used);
      this.#room.set(part, used);
      from += part.length;
      this.#length += part.length;
    }
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
    const file = Buffer.concat(this.#rooms, this.#length);
    for (const room of this.#rooms.splice(0)) freeNow(room.buffer);
    return file;
  }

  #addRoom(): void {
    this.#room = Buffer.allocUnsafeSlow(roomBytes);
    this.#rooms.push(this.#room);
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
