import { ByteWriter } from './byte-writer.ts';
import { writeHybrid, writeRun } from './encodings.ts';
import { valuesOf, type FlatColumn } from './flat-values.ts';
import { ThriftWriter } from './thrift-writer.ts';
import { encodingOf, encodings, type ValueEncoding } from './value-encoding.ts';

/** What the footer says of one column of one row group. */
export interface ChunkFacts {
  readonly name: string;
  readonly encodings: readonly number[];
  readonly values: number;
  readonly nulls: number;
  readonly bounds: ValueEncoding['bounds'];
  readonly dataPageOffset: number;
  readonly dictionaryPageOffset: number | undefined;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

export type Compress = (bytes: Uint8Array) => Uint8Array;

const pageTypes = { data: 0, dictionary: 2 } as const;
const pageBytesMax = 1024 * 1024;
const definitionWidth = 1;

/** Used again for each page: encoding does not wait for anything. */
const page = new ByteWriter();
const levels = new ByteWriter();

/** Writes the rows `[first, end)` of a column: a dictionary where it pays, then data pages (version 1, which every reader knows). */
export function writeColumnChunk(
  file: FileWriter,
  column: FlatColumn,
  { first, end, compress }: { readonly first: number; readonly end: number; readonly compress: Compress },
): ChunkFacts {
  const start = file.length;
  const before = file.unpackedBytes;
  const values = encodingOf(valuesOf(column, first, end));
  const { dictionary } = values;
  if (dictionary !== undefined) {
    file.page(dictionary.bytes, compress, (header) => {
      header.type(pageTypes.dictionary);
      header.dictionary(dictionary.count);
    });
  }
  const dataPageOffset = file.length;
  const { validity } = column;
  const rowsMax = Math.max(1, Math.floor(pageBytesMax / Math.max(0.125, values.bytesPerValue)));
  let valueAt = 0;
  for (let row = first; row < end; row += rowsMax) {
    const rowEnd = Math.min(end, row + rowsMax);
    const valueEnd = valueAt + (validity === undefined ? rowEnd - row : countOf(validity, row, rowEnd));
    page.clear();
    writeLevels(page, validity, row, rowEnd);
    values.write(page, valueAt, valueEnd);
    file.page(page.finish(), compress, (header) => {
      header.type(pageTypes.data);
      header.data(rowEnd - row, values.encoding);
    });
    valueAt = valueEnd;
  }
  return {
    name: column.name,
    encodings: [...(dictionary === undefined ? [] : [encodings.plain]), encodings.rle, values.encoding],
    values: end - first,
    nulls: end - first - valueAt,
    bounds: valueAt === 0 ? undefined : values.bounds,
    dataPageOffset,
    dictionaryPageOffset: dictionary === undefined ? undefined : start,
    packedBytes: file.length - start,
    unpackedBytes: file.unpackedBytes - before,
  };
}

function countOf(validity: Uint8Array, first: number, end: number): number {
  let count = 0;
  for (let row = first; row < end; row++) count += validity[row] ?? 0;
  return count;
}

/** Definition levels: 1 where the row has a value; their length stands before them. */
function writeLevels(out: ByteWriter, validity: Uint8Array | undefined, first: number, end: number): void {
  levels.clear();
  if (validity === undefined) writeRun(levels, { value: 1, count: end - first, width: definitionWidth });
  else writeHybrid(levels, validity, { first, end, width: definitionWidth });
  out.int32(levels.length);
  out.bytes(levels.finish());
}

interface PageHeader {
  type(type: number): void;
  data(values: number, encoding: number): void;
  dictionary(values: number): void;
}

/** The parts of a file in their order. */
export class FileWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  #unpackedBytes = 0;

  get length(): number {
    return this.#length;
  }

  /** Of all pages with their headers, before compression. */
  get unpackedBytes(): number {
    return this.#unpackedBytes;
  }

  append(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  page(body: Uint8Array, compress: Compress, describe: (header: PageHeader) => void): void {
    const packed = compress(body);
    const header = pageHeader(body.length, packed.length, describe);
    this.append(header);
    this.append(packed);
    this.#unpackedBytes += header.length + body.length;
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts, this.#length);
  }
}

function pageHeader(unpacked: number, packed: number, describe: (header: PageHeader) => void): Buffer {
  const thrift = new ThriftWriter();
  describe({
    type: (type) => {
      thrift.i32(1, type);
      thrift.i32(2, unpacked);
      thrift.i32(3, packed);
    },
    data: (values, encoding) =>
      thrift.struct(5, () => {
        thrift.i32(1, values);
        thrift.i32(2, encoding);
        thrift.i32(3, encodings.rle);
        thrift.i32(4, encodings.rle);
      }),
    dictionary: (values) =>
      thrift.struct(7, () => {
        thrift.i32(1, values);
        thrift.i32(2, encodings.plain);
      }),
  });
  return thrift.finish();
}
