import { schemaKeyInHeader } from '../../batch/schema-header.ts';
import { frameOf } from '../../batch/value-frame.ts';
import type { Reject } from '../../columns/decode-batch.ts';
import { tooManyObjects } from './expand-values.ts';

const brace = 0x7b;

/** First bytes of what is sent instead of JSON, and what to do about it. */
const others: readonly (readonly [start: RegExp, cause: string])[] = [
  [/^Obj\p{Cc}/u, 'Avro files as values: Avro is read behind a schema registry’s frame only (VALUE_FORMAT=avro)'],
  [/^\x28\xb5\x2f\xfd/, 'zstd around each value: compress in the producer instead (compression.type)'],
  [/^\p{Cc}"M\p{Cc}/u, 'lz4 around each value: compress in the producer instead (compression.type)'],
  [/^\s*</, 'XML: only JSON is read'],
  [/^\s*"\s*[[{]|^\s*"\\/, 'JSON inside a JSON string: it was encoded twice'],
  [/^\s*\[/, 'arrays: their objects become rows with RECORDS=array'],
  [/^\s*\{[^]*\}\s*\{/, 'several objects in one value: they become rows with RECORDS=ndjson'],
  [/^[^{]*[,;\t|]/, 'CSV or another text: only JSON is read'],
];

/** What a record that became a dead letter is likely to be, by its first bytes; `undefined` when they say nothing. */
export function likelyCause({ chunk, index, reason, detail }: Reject): string | undefined {
  const [start, end] = [chunk.valueStarts[index] ?? 0, chunk.valueEnds[index] ?? 0];
  if (reason === 'too-large') return detail === tooManyObjects ? detail : 'values are larger than RECORD_BYTES_MAX';
  // what the schema registry, a schema of it, or the compression has said already
  if (reason === 'unknown-schema' || reason === 'invalid-avro' || reason === 'invalid-compression') return detail;
  const key = schemaKeyInHeader(chunk, index);
  if (key !== undefined && chunk.bytes[start] !== brace)
    return `values of Confluent’s schema registry, whose schema a header names (${key}): Avro is read with VALUE_FORMAT=avro, Protobuf is not`;
  const frame = frameOf(chunk.bytes, start, end);
  switch (frame?.kind) {
    case 'confluent':
      return `values of Confluent’s schema registry (schema id ${frame.schemaId}): JSON behind its five bytes is read with VALUE_FORMAT=auto, Avro with VALUE_FORMAT=avro, Protobuf is not`;
    case 'glue':
      return 'values of AWS Glue’s schema registry: JSON behind its eighteen bytes is read with VALUE_FORMAT=auto, Avro with VALUE_FORMAT=avro, Protobuf is not';
    case 'gzip':
      return 'gzip around each value: it is read with VALUE_FORMAT=auto, as long as it unpacks to RECORD_BYTES_MAX at most';
    case undefined: {
      const text = chunk.bytes.toString('latin1', start, Math.min(end, start + 200));
      return others.find(([pattern]) => pattern.test(text))?.[1];
    }
  }
}
