import type { Ledger } from '../../consumer/ledger/ledger.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { Settings } from '../config/settings.ts';

/**
 * Rejects with LEDGER_EMPTY when no service has ever begun the topic for the table: a mistyped name must not look like a table without faults.
 * `hint` says what to do instead, where that depends on the command.
 */
export async function requireLedger(ledger: Ledger, { kafka, table, lake }: Settings, hint?: string): Promise<void> {
  const { topic } = kafka;
  if (await ledger.isBegun({ table: table.name, topic })) return;
  const where =
    lake.location.kind === 's3' ? `s3://${lake.location.bucket}/${lake.location.prefix}` : lake.location.path;
  throw new PipelineError('LEDGER_EMPTY', {
    message: `the ledger in ${where} holds nothing of the topic ${topic} in the table ${table.name}`,
    retryable: false,
    hint,
  });
}
