import type { RecordChunk } from '../ports/record-chunk.ts';
import { uuidOf } from './value-frame.ts';

/** Header in which Confluent's HeaderSchemaIdSerializer names the schema of a value, which has no frame then. */
const headerName = '__value_schema_id';

const idVersion = 0x00;
const guidVersion = 0x01;

/**
 * Names the schema that a record's header names: `confluent/5` for a zero byte and four bytes of an id, `confluent/` and a UUID for a one and 16 bytes.
 * Protobuf's has more bytes behind them. `undefined` for a record without such a header.
 */
export function schemaKeyInHeader(chunk: RecordChunk, index: number): string | undefined {
  const value = chunk.headerOf(index, headerName);
  if (value === undefined) return undefined;
  if (value[0] === idVersion && value.length >= 5) return `confluent/${value.readInt32BE(1)}`;
  if (value[0] === guidVersion && value.length >= 17) return `confluent/${uuidOf(value.subarray(1, 17))}`;
  return undefined;
}
