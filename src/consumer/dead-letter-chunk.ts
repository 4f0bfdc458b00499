import { z } from 'zod';
import type { RejectReason } from './parse-json.ts';
import { rejectReasons } from './parse-json.ts';
import type { RecordChunk } from './record-chunk.ts';

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
  readonly headers: Buffer | undefined;
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
      headers: bytesOf(row.headers, undefined),
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
  const parts: Buffer[] = [];
  let length = 0;
  const place = (of: (letter: DeadLetter) => Buffer | undefined): { starts: Int32Array; ends: Int32Array } => {
    const starts = new Int32Array(letters.length).fill(-1);
    const ends = new Int32Array(letters.length);
    for (const [row, letter] of letters.entries()) {
      const bytes = of(letter);
      if (bytes === undefined) continue;
      parts.push(bytes);
      starts[row] = length;
      length += bytes.length;
      ends[row] = length;
    }
    return { starts, ends };
  };
  const keys = place(({ key }) => key);
  const values = place(({ value }) => value);
  const headers = place(({ headers: of }) => of);
  return {
    ...range,
    count: letters.length,
    bytes: Buffer.concat(parts, length),
    offsetDeltas: Float64Array.from(letters, ({ offset }) => Number(offset - range.from)),
    timestamps: Float64Array.from(letters, ({ timestampMs }) => timestampMs),
    keyStarts: keys.starts,
    keyEnds: keys.ends,
    valueStarts: values.starts,
    valueEnds: values.ends,
    headerStarts: headers.starts,
    headerEnds: headers.ends,
  };
}
