import { PipelineError } from '../../../runtime/errors.ts';
import type { TableFormat } from '../../ports/lake.ts';
import { isCommitted, stateOfFormat, type LedgerEntry } from './ledger-entry.ts';

const nameOf: Readonly<Record<TableFormat, string>> = { hive: 'Hive', iceberg: 'Iceberg' };

/**
 * Throws TABLE_MISMATCH for an entry whose objects were written for a table of another format: what is no rubbish in the one may be deleted in
 * the other.
 */
export function checkFormat(entry: LedgerEntry, format: TableFormat): void {
  if (!isCommitted(entry) || entry.state === stateOfFormat[format]) return;
  const other = format === 'hive' ? 'iceberg' : 'hive';
  const { table, topic, partition, from } = entry;
  throw new PipelineError('TABLE_MISMATCH', {
    message: `the ledger's entry of ${topic}/${partition} at offset ${from} was written for ${table} as a table of the format ${nameOf[other]}`,
    retryable: false,
    details: { table, topic, partition, from: from.toString() },
    hint: `set TABLE_FORMAT=${other}, or LAKE_TABLE to a new name`,
  });
}
