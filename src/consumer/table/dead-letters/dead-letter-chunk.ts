import { z } from 'zod';
import type { RejectReason } from '../../columns/parse/parse-record.ts';
import { rejectReasons } from '../../columns/parse/parse-record.ts';
import type { RecordChunk } from '../../ports/record-chunk.ts';

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
  /** `undefined` where the dead letter was written without it. */
  readonly value: Buffer | undefined;
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
      value: bytesOf(row.value_text, row.value_base64),
      key: bytesOf(row.key_text, row.key_base64),
      headers: row.headers ?? undefined,
    }))
    .toSorted((a, b) => (a.offset < b.offset ? -1 : 1));
}

function bytesOf(plain: string | null | undefined, base64: string | null | undefined): Buffer | undefined {
  if (typeof plain === 'string') return Buffer.from(plain);
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined;
}

const headerValue = z.union([z.string(), z.object({ base64: z.string() }), z.null()]);
const headers = z.record(z.string(), z.union([headerValue, z.array(z.unknown())]));

/** The value of the last header of this name in a record's headers as JSON. */
function headerIn(json: string | undefined, name: string): Buffer | undefined {
  const given = json === undefined ? undefined : headers.safeParse(JSON.parse(json)).data?.[name];
  const last = headerValue.safeParse(Array.isArray(given) ? given.at(-1) : given).data;
  if (typeof last === 'string') return Buffer.from(last);
  return last ? Buffer.from(last.base64, 'base64') : undefined;
}

/** The records as they came from Kafka. */
export function chunkOfDeadLetters(
  deadLetters: readonly DeadLetter[],
  range: Pick<RecordChunk, 'topic' | 'partition' | 'from' | 'to'>,
): RecordChunk {
  const values = deadLetters.map(({ value }) => value ?? Buffer.alloc(0));
  const valueEnds = new Int32Array(values.length);
  let end = 0;
  for (const [row, value] of values.entries()) valueEnds[row] = end += value.length;
  return {
    ...range,
    count: values.length,
    bytes: Buffer.concat(values),
    offsetDeltas: Float64Array.from(deadLetters, ({ offset }) => Number(offset - range.from)),
    timestamps: Float64Array.from(deadLetters, ({ timestampMs }) => timestampMs),
    valueStarts: Int32Array.from(values, (value, row) => (valueEnds[row] ?? 0) - value.length),
    valueEnds,
    keyOf: (row) => deadLetters[row]?.key,
    headersOf: (row) => deadLetters[row]?.headers,
    headerOf: (row, name) => headerIn(deadLetters[row]?.headers, name),
    [Symbol.dispose]: () => {},
  };
}
