import { z } from 'zod';
import { hasCode, PipelineError } from '../../../runtime/errors.ts';

/** Its own number, so that versions that don't know of closed ledgers stop at it too. */
const closedFormat = 3;

/** What an object says that stands where an entry would, and ends the ledger for good. */
export const closingSchema = z.object({
  format: z.literal(closedFormat),
  state: z.literal('closed'),
  table: z.string(),
  topic: z.string(),
  /** The table whose ledger goes on. */
  successor: z.string(),
  closedAt: z.iso.datetime(),
});

export type Closing = Omit<z.infer<typeof closingSchema>, 'format' | 'state'>;

export function serializeClosing(closing: Closing): Uint8Array {
  return Buffer.from(`${JSON.stringify({ format: closedFormat, state: 'closed', ...closing })}\n`);
}

/** Throws LEDGER_CLOSED for the JSON of an object that closes a ledger. */
export function checkOpen(key: string, json: unknown): void {
  const closing = closingSchema.safeParse(json);
  if (closing.success) throw ledgerClosed(key, closing.data);
}

/** Answers with what `read` finds, and with `closed` at a ledger's end for good. */
export async function unlessClosed<T>(read: () => Promise<T>): Promise<T | 'closed'> {
  try {
    return await read();
  } catch (error) {
    if (isClosed(error)) return 'closed';
    throw error;
  }
}

export function isClosed(error: unknown): error is PipelineError {
  return hasCode(error, 'LEDGER_CLOSED');
}

/** Makes the error of a ledger that `key` closes. */
export function ledgerClosed(key: string, { table, topic, successor, closedAt }: Closing): PipelineError {
  return new PipelineError('LEDGER_CLOSED', {
    message: `the Iceberg table ${successor} has adopted the table ${table}, which gets nothing more of the topic ${topic} since ${closedAt}`,
    retryable: false,
    details: { table, topic, successor, key },
    hint: `go on with TABLE_FORMAT=iceberg LAKE_TABLE=${successor}, which reads all records from there on`,
  });
}
