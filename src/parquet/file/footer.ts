import type { SchemaElement } from 'hyparquet';
import type { ChunkFacts } from './column-chunk.ts';
import type { Codec, EncoderOptions } from '../encoder-options.ts';
import { leafOf } from '../parquet-schema.ts';
import { ThriftWriter } from './thrift-writer.ts';

/** The format's enumerations. Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
const physicalTypes: Readonly<Record<string, number>> = {
  BOOLEAN: 0,
  INT32: 1,
  INT64: 2,
  FLOAT: 4,
  DOUBLE: 5,
  BYTE_ARRAY: 6,
};
const convertedTypes: Readonly<Record<string, number>> = {
  UTF8: 0,
  MAP: 1,
  LIST: 3,
  DECIMAL: 5,
  DATE: 6,
  TIMESTAMP_MILLIS: 9,
  TIMESTAMP_MICROS: 10,
};
const repetitions: Readonly<Record<string, number>> = { REQUIRED: 0, OPTIONAL: 1, REPEATED: 2 };
const codecNumbers: Readonly<Record<Codec, number>> = { uncompressed: 0, snappy: 1, gzip: 2, zstd: 6 };
const formatVersion = 2;

export interface RowGroupFacts {
  readonly rows: number;
  readonly chunks: readonly ChunkFacts[];
}

/** Writes the file's metadata: schema, row groups, and that bounds are in the order of their types. */
export function footerOf(
  schema: readonly SchemaElement[],
  rowGroups: readonly RowGroupFacts[],
  { codec, createdBy }: Required<EncoderOptions>,
): Buffer {
  const thrift = new ThriftWriter();
  const leaves = schema.filter(({ type }) => type !== undefined);
  thrift.i32(1, formatVersion);
  thrift.structs(2, schema, (element) => writeElement(thrift, element));
  thrift.i64(
    3,
    rowGroups.reduce((sum, { rows }) => sum + rows, 0),
  );
  thrift.structs(4, rowGroups, ({ rows, chunks }) => {
    thrift.structs(1, chunks, (chunk) => {
      thrift.i64(2, chunk.dictionaryPageOffset ?? chunk.dataPageOffset);
      thrift.struct(3, () => writeChunk(thrift, chunk, codec));
    });
    thrift.i64(
      2,
      chunks.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0),
    );
    thrift.i64(3, rows);
  });
  thrift.binary(6, createdBy);
  thrift.structs(7, leaves, () => thrift.struct(1, () => {}));
  return thrift.finish();
}

function writeElement(thrift: ThriftWriter, element: SchemaElement): void {
  thrift.i32(1, physicalTypes[element.type ?? '']);
  thrift.i32(3, repetitions[element.repetition_type ?? '']);
  thrift.binary(4, element.name);
  thrift.i32(5, element.num_children);
  thrift.i32(6, convertedTypes[element.converted_type ?? '']);
  thrift.i32(7, element.scale);
  thrift.i32(8, element.precision);
  thrift.i32(9, element.field_id);
  const { logical_type: logical } = element;
  if (logical === undefined) return;
  thrift.struct(10, () => {
    if (logical.type === 'STRING') thrift.struct(1, () => {});
    else if (logical.type === 'DATE') thrift.struct(6, () => {});
    else
      thrift.struct(8, () => {
        thrift.boolean(1, true);
        const isMicros = logical.type === 'TIMESTAMP' && logical.unit === 'MICROS';
        thrift.struct(2, () => thrift.struct(isMicros ? 2 : 1, () => {}));
      });
  });
}

function writeChunk(thrift: ThriftWriter, chunk: ChunkFacts, codec: Codec): void {
  thrift.i32(1, physicalTypes[leafOf(chunk.type, 'micros').type ?? '']);
  thrift.i32s(2, chunk.encodings);
  thrift.strings(3, chunk.path);
  thrift.i32(4, codecNumbers[codec]);
  thrift.i64(5, chunk.entries);
  thrift.i64(6, chunk.unpackedBytes);
  thrift.i64(7, chunk.packedBytes);
  thrift.i64(9, chunk.dataPageOffset);
  thrift.i64(11, chunk.dictionaryPageOffset);
  thrift.struct(12, () => {
    thrift.i64(3, chunk.nulls);
    thrift.binary(5, chunk.bounds?.max);
    thrift.binary(6, chunk.bounds?.min);
  });
}
