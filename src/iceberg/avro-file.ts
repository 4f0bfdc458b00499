import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { messageOf, PipelineError } from '../runtime/errors.ts';
import { AvroReader } from './avro-reader.ts';
import { parseAvroSchema, type AvroType } from './avro-schema.ts';
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

/**
 * Writes an object container file. The same records give the same bytes.
 * Source: https://avro.apache.org/docs/1.12.0/specification/#object-container-files
 */
export function writeAvroFile({ schema, metadata, records }: AvroFile): Buffer {
  const body = new AvroWriter();
  for (const record of records) body.value(record, schema);
  const packed = deflateRawSync(body.finish());
  const sync = createHash('sha256').update(packed).digest().subarray(0, syncLength);
  const file = new AvroWriter();
  file.bytes(magic);
  const header = { ...metadata, 'avro.schema': JSON.stringify(schema), 'avro.codec': 'deflate' };
  const texts = Object.entries(header).map(([key, text]) => [key, Buffer.from(text, 'utf8')]);
  file.value(Object.fromEntries(texts), { type: 'map', values: 'bytes' });
  file.bytes(sync);
  if (records.length === 0) return file.finish();
  file.long(records.length);
  file.sized(packed);
  file.bytes(sync);
  return file.finish();
}

/** Reads an object container file; `name` says in messages which one. Throws CATALOG_CORRUPT. */
export function readAvroFile(bytes: Uint8Array, name: string): AvroFile {
  try {
    return readFile(bytes);
  } catch (error) {
    throw new PipelineError('CATALOG_CORRUPT', {
      message: `${name} is no Avro file that can be read: ${messageOf(error)}`,
      retryable: false,
      details: { name },
      cause: error,
    });
  }
}

function readFile(bytes: Uint8Array): AvroFile {
  const reader = new AvroReader(bytes);
  if (!reader.bytes(magic.length).equals(magic)) throw new RangeError('it does not begin as one');
  const { 'avro.schema': json = '', 'avro.codec': codec = 'null', ...metadata } = readHeader(reader);
  const decompress = decompressors[codec];
  if (decompress === undefined) throw new RangeError(`its codec is ${codec}`);
  const schema = parseAvroSchema(json);
  const sync = reader.bytes(syncLength);
  const records: unknown[] = [];
  while (!reader.isAtEnd) {
    const count = Number(reader.long());
    const block = new AvroReader(decompress(reader.bytes(reader.count())));
    for (let index = 0; index < count; index++) records.push(block.value(schema));
    if (!reader.bytes(syncLength).equals(sync)) throw new RangeError('a block does not end where it should');
  }
  return { schema, metadata, records };
}

function readHeader(reader: AvroReader): Record<string, string> {
  const header = Object.entries(Object(reader.value({ type: 'map', values: 'bytes' })));
  return Object.fromEntries(
    header.map(([key, value]) => [key, value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : '']),
  );
}
