import { PipelineError } from '../../../runtime/errors.ts';
import type { LedgerPath } from '../keys/ledger-keys.ts';

/**
 * What may be done where the ledger ends at `end`, before objects that were written once; `low`: the first offset that Kafka still holds, where it is
 * known. The rows of objects that are moved out of a table come again only from Kafka.
 */
function waysOn(end: bigint, low?: bigint): string {
  const restore = 'restore `_ledger/` and the tables of one moment, or set LAKE_TABLE to a new name';
  if (low !== undefined && low > end)
    return `${restore}. Move nothing out of this table: Kafka holds offsets from ${low} on only, its objects have those from ${end} on`;
  const condition =
    low === undefined
      ? `only if Kafka still holds every record from offset ${end} on, which a compacted topic does not`
      : `as Kafka holds offsets from ${low} on, and only if the topic is not compacted`;
  return `${restore}. To write these records again instead, ${condition}: move out of a Hive table, never delete, the objects that \`glueless verify\` calls unlisted, behind the ledger’s end and to be moved out, and no others; then use another KAFKA_GROUP_ID`;
}

interface Behind {
  /** Where the ledger ends. */
  readonly end: bigint;
  /** The first offset that Kafka still holds, where it is known. */
  readonly low?: bigint | undefined;
  /** What the ledger has, and what shows that it had more. */
  readonly what: string;
  readonly details: Readonly<Record<string, string>>;
}

/** Makes LEDGER_BEHIND of a ledger of which the last entries are gone. */
export function ledgerBehind(
  { table, topic, partition }: LedgerPath,
  { end, low, what, details }: Behind,
): PipelineError {
  return new PipelineError('LEDGER_BEHIND', {
    message: `the ledger of ${table} ${what}: entries are gone, as after restoring an older copy of the lake`,
    retryable: false,
    details: { table, topic, partition, ledgerEnd: end.toString(), ...details },
    hint: waysOn(end, low),
  });
}
