import { z } from 'zod';
import { quoteName, quoteText, type QueryEngine } from '../../report/query-engine.ts';

/** A record that could not become a row, as its table keeps it. */
export interface ShownDeadLetter {
  readonly partition: number;
  readonly offset: string;
  readonly time: string;
  readonly reason: string;
  readonly detail: string;
  /** The value's bytes; left out where DEAD_LETTER_PAYLOAD keeps none. */
  readonly bytes: Buffer | undefined;
}

export interface DeadLetters {
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
  readonly newest: readonly ShownDeadLetter[];
}

const shownMax = 20;

const reasonSchema = z.object({ reason: z.string(), letters: z.coerce.number() });

const letterSchema = z.object({
  kafka_partition: z.coerce.number(),
  kafka_offset: z.coerce.string(),
  sent: z.coerce.string(),
  reason: z.string(),
  detail: z.string().nullish(),
  value_text: z.string().nullish(),
  value_base64: z.string().nullish(),
});

/** Queries the dead letters since a day, like `2026-11-23`: how many there are for each reason, and the newest. */
export async function queryDeadLetters(engine: QueryEngine, table: string, since: string): Promise<DeadLetters> {
  const from = `FROM ${quoteName(table)} WHERE dl_date >= ${quoteText(since)}`;
  const reasons = await engine.query(
    `SELECT reason, count(*) AS letters ${from} GROUP BY reason ORDER BY letters DESC`,
  );
  const newest = await engine.query(
    `SELECT kafka_partition, kafka_offset, CAST(kafka_timestamp AS varchar) AS sent, reason, detail, value_text, value_base64 ${from}
     ORDER BY kafka_timestamp DESC, kafka_partition, kafka_offset DESC LIMIT ${shownMax}`,
  );
  return {
    reasons: reasons.map((row) => reasonSchema.parse(row)).map(({ reason, letters }) => ({ reason, count: letters })),
    newest: newest.map((row) => deadLetterOf(letterSchema.parse(row))),
  };
}

function deadLetterOf(row: z.infer<typeof letterSchema>): ShownDeadLetter {
  return {
    partition: row.kafka_partition,
    offset: row.kafka_offset,
    time: row.sent.slice(0, 19),
    reason: row.reason,
    detail: row.detail ?? '',
    bytes: bytesOf(row),
  };
}

function bytesOf({ value_text: text, value_base64: base64 }: z.infer<typeof letterSchema>): Buffer | undefined {
  if (typeof text === 'string') return Buffer.from(text);
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined;
}

const dumpedMax = 512;
const bytesPerLine = 16;

/** The bytes as `hexdump -C` shows them: position, hexadecimal, and what of it is printable ASCII. */
export function hexDump(bytes: Buffer): string {
  const dumped = bytes.subarray(0, dumpedMax);
  const lines = Array.from({ length: Math.ceil(dumped.length / bytesPerLine) }, (_, at) => {
    const line = dumped.subarray(at * bytesPerLine, (at + 1) * bytesPerLine);
    const hex = line
      .toString('hex')
      .replaceAll(/../g, '$& ')
      .padEnd(bytesPerLine * 3);
    const shown = line.toString('latin1').replaceAll(/[^ -~]/g, '.');
    return `${(at * bytesPerLine).toString(16).padStart(4, '0')}  ${hex} ${shown}`;
  });
  return [...lines, ...(bytes.length > dumpedMax ? [`… ${bytes.length} bytes in all`] : [])].join('\n');
}
