import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { messageOf, PipelineError } from '../../runtime/errors.ts';
import { AvroReader } from './avro-reader.ts';
import { parseAvroSchema, withFieldNames, type AvroType } from './avro-schema.ts';
import { AvroWriter } from './avro-writer.ts';

/** An Avro file in memory: header with the schema, then one block of records. */
export interface AvroFile {
  readonly schema: AvroType;
  /** What stands in the header beside schema and codec. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly records: readonly unknown[];
}

const magic = Buffer.from('Obj\u0001', 'latin1');
const syncLength = 16;

const decompressors: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  null: (bytes) => bytes,
  deflate: (bytes) => inflateRawSync(bytes),
  zstandard: (bytes) => zstdDecompressSync(bytes),
};

/** Collects the records of a file: each is encoded at once, and none is kept. */
export class AvroFileWriter {
  readonly #schema: AvroType;
  readonly #body = new AvroWriter();
  #count = 0;

  constructor(schema: AvroType) {
    this.#schema = schema;
  }

  append(record: unknown): void {
    this.#body.value(record, this.#schema);
    this.#count++;
  }

  /** Gives the file with these facts in its header. */
  finish(metadata: AvroFile['metadata']): Buffer {
    const packed = deflateRawSync(this.#body.finish());
    const sync = createHash('sha256').update(packed).digest().subarray(0, syncLength);
    const file = new AvroWriter();
    file.bytes(magic);
    const header = { ...metadata, 'avro.schema': JSON.stringify(this.#schema), 'avro.codec': 'deflate' };
    const texts = Object.entries(header).map(([key, text]) => [key, Buffer.from(text, 'utf8')]);
    file.value(Object.fromEntries(texts), { type: 'map', values: 'bytes' });
    file.bytes(sync);
    if (this.#count === 0) return file.finish();
    file.long(this.#count);
    file.sized(packed);
    file.bytes(sync);
    return file.finish();
  }
}

/**
 * Writes an object container file. The same records give the same bytes.
 * Source: https://avro.apache.org/docs/1.12.0/specification/#object-container-files
 */
export function writeAvroFile({ schema, metadata, records }: AvroFile): Buffer {
  const file = new AvroFileWriter(schema);
  for (const record of records) file.append(record);
  return file.finish(metadata);
}

/** The names that fields get in what is read, by their ids; others keep the one that the file gives them. */
export type FieldNames = ReadonlyMap<number, string>;

/** Reads an object container file; `name` says in messages which one. Throws CATALOG_CORRUPT. */
export function readAvroFile(bytes: Uint8Array, name: string, names: FieldNames = new Map()): AvroFile {
  const { schema, metadata } = explained(name, () => openFile(bytes, names));
  return { schema, metadata, records: [...readAvroRecords(bytes, name, names)] };
}

/** Reads the records of an object container file one by one, so that none needs to be kept. Throws CATALOG_CORRUPT. */
export function* readAvroRecords(
  bytes: Uint8Array,
  name: string,
  names: FieldNames = new Map(),
): Generator<unknown, void> {
  const records = explained(name, () => recordsOf(openFile(bytes, names)));
  for (;;) {
    const next = explained(name, () => records.next());
    if (next.done === true) return;
    yield next.value;
  }
}

function explained<Result>(name: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new PipelineError('CATALOG_CORRUPT', {
      message: `${name} is no Avro file that can be read: ${messageOf(error)}`,
      retryable: false,
      details: { name },
      cause: error,
    });
  }
}

interface OpenFile extends Pick<AvroFile, 'schema' | 'metadata'> {
  /** What follows the header. */
  readonly reader: AvroReader;
  readonly sync: Buffer;
  readonly decompress: (bytes: Uint8Array) => Uint8Array;
}

function openFile(bytes: Uint8Array, names: FieldNames): OpenFile {
  const reader = new AvroReader(bytes);
  if (!reader.bytes(magic.length).equals(magic)) throw new RangeError('it does not begin as one');
  const { 'avro.schema': json = '', 'avro.codec': codec = 'null', ...metadata } = readHeader(reader);
  const decompress = decompressors[codec];
  if (decompress === undefined) throw new RangeError(`its codec is ${codec}`);
  const schema = withFieldNames(parseAvroSchema(json), names);
  return { schema, metadata, reader, sync: reader.bytes(syncLength), decompress };
}

function* recordsOf({ schema, reader, sync, decompress }: OpenFile): Generator<unknown, void> {
  while (!reader.isAtEnd) {
    const count = Number(reader.long());
    const block = new AvroReader(decompress(reader.bytes(reader.count())));
    if (!reader.bytes(syncLength).equals(sync)) throw new RangeError('a block does not end where it should');
    for (let index = 0; index < count; index++) yield block.value(schema);
  }
}

function readHeader(reader: AvroReader): Record<string, string> {
  const header = Object.entries(Object(reader.value({ type: 'map', values: 'bytes' })));
  return Object.fromEntries(
    header.map(([key, value]) => [key, value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : '']),
  );
}
