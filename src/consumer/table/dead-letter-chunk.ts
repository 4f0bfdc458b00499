import { z } from 'zod';
import type { RejectReason } from '../columns/parse-record.ts';
import { rejectReasons } from '../columns/parse-record.ts';
import type { RecordChunk } from '../ports/record-chunk.ts';

const text = z.string().nullish();

/** A row of the dead letters' table, as a Parquet reader gives it. */
const deadLetterSchema = z.object({
  kafka_topic: z.string(),
  kafka_partition: z.coerce.number(),
  kafka_offset: z.coerce.bigint(),
  kafka_timestamp: z.date().nullish(),
  reason: z.enum(rejectReasons),
  detail: text,
  value_text: text,
  value_base64: text,
  key_text: text,
  key_base64: text,
  headers: text,
});

export interface DeadLetter {
  readonly offset: bigint;
  readonly reason: RejectReason;
  readonly detail: string;
  readonly timestampMs: number;
  readonly value: Buffer;
  readonly key: Buffer | undefined;
  readonly headers: string | undefined;
}

/** Reads rows of the dead letters' table back, in the order of their offsets. */
export function readDeadLetters(rows: readonly Record<string, unknown>[]): DeadLetter[] {
  return rows
    .map((row) => deadLetterSchema.parse(row))
    .map((row): DeadLetter => ({
      offset: row.kafka_offset,
      reason: row.reason,
      detail: row.detail ?? '',
      timestampMs: row.kafka_timestamp?.getTime() ?? -1,
      value: bytesOf(row.value_text, row.value_base64) ?? Buffer.alloc(0),
      key: bytesOf(row.key_text, row.key_base64),
      headers: row.headers ?? undefined,
    }))
    .toSorted((a, b) => (a.offset < b.offset ? -1 : 1));
}

function bytesOf(plain: string | null | undefined, base64: string | null | undefined): Buffer | undefined {
  if (typeof plain === 'string') return Buffer.from(plain);
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined;
}

/** The records as they came from Kafka. */
export function chunkOfDeadLetters(
  letters: readonly DeadLetter[],
  range: Pick<RecordChunk, 'topic' | 'partition' | 'from' | 'to'>,
): RecordChunk {
  const valueEnds = new Int32Array(letters.length);
  let end = 0;
  for (const [row, { value }] of letters.entries()) valueEnds[row] = end += value.length;
  return {
    ...range,
    count: letters.length,
    bytes: Buffer.concat(letters.map(({ value }) => value)),
    offsetDeltas: Float64Array.from(letters, ({ offset }) => Number(offset - range.from)),
    timestamps: Float64Array.from(letters, ({ timestampMs }) => timestampMs),
    valueStarts: Int32Array.from(letters, ({ value }, row) => (valueEnds[row] ?? 0) - value.length),
    valueEnds,
    keyOf: (row) => letters[row]?.key,
    headersOf: (row) => letters[row]?.headers,
    [Symbol.dispose]: () => {},
  };
}
