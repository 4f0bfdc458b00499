import type { Ledger } from '../consumer/ledger/ledger.ts';
import { PipelineError } from '../runtime/errors.ts';
import type { Settings } from './config/settings.ts';

/**
 * Rejects with LEDGER_EMPTY when nothing of the topic was ever written into the table: a mistyped name must not look like a
 * table without faults.
 */
export async function checkLedgerHasEntries(ledger: Ledger, { kafka, table, lake }: Settings): Promise<void> {
  const { topic } = kafka;
  if ((await ledger.partitions({ table: table.name, topic })).length > 0) return;
  const where = lake.place.kind === 's3' ? `s3://${lake.place.bucket}/${lake.place.prefix}` : lake.place.path;
  throw new PipelineError('LEDGER_EMPTY', {
    message: `the ledger in ${where} holds nothing of the topic ${topic} in the table ${table.name}`,
    retryable: false,
  });
}
