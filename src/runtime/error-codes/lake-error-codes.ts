import type { ErrorFacts } from './error-facts.ts';

/** Failures of the object store, the catalog, queries, files and the ledger. */
export const lakeErrorCodes = {
  STORE_UNAVAILABLE: {
    meaning: 'The object store, or the disk of a folder, did not answer, or asked to come again later.',
    retryable: 'sometimes',
    action: 'Nothing if it passes; else check network, endpoint and AWS_REGION, or the disk.',
  },
  STORE_DENIED: {
    meaning: 'The object store refuses an access that this process needs.',
    retryable: 'never',
    action: 'Check credentials and policy: `docs/operations.md` lists what is needed.',
  },
  STORE_MISSING: {
    meaning: 'The bucket does not exist, or an object is gone that must be there.',
    retryable: 'never',
    action: 'Check LAKE; if an object is missing, run `glueless verify`.',
  },
  STORE_UNCONDITIONAL: {
    meaning: 'The object store ignores the conditions of conditional writes, which exactly once depends on.',
    retryable: 'never',
    action: 'Use Amazon S3, or a recent MinIO or Ceph.',
  },
  STORE_FULL: {
    meaning: 'The disk of the lake’s folder, or of temporary files (TMPDIR), is full.',
    retryable: 'always',
    action: 'Free space. Nothing is lost: what was not written is written again.',
  },
  EXPIRY_REFUSED: {
    meaning: 'RETENTION_DAYS would remove every day that the table has.',
    retryable: 'never',
    action:
      'Check the clock and RETENTION_DAYS. To remove a table that nobody writes any more, drop it and delete its folder.',
  },
  CATALOG_UNAVAILABLE: {
    meaning: 'The catalog did not answer, or answered with an error.',
    retryable: 'sometimes',
    action: 'Nothing if it passes; else check network, endpoint and AWS_REGION.',
  },
  CATALOG_DENIED: {
    meaning: 'The catalog refuses an access that this process needs.',
    retryable: 'never',
    action: 'Check credentials and policy: `docs/operations.md` lists what is needed.',
  },
  CATALOG_INVALID: {
    meaning: 'Glue would not take a table definition or a partition, or Athena could not read it.',
    retryable: 'never',
    action: 'Change what the message names.',
  },
  CATALOG_CORRUPT: {
    meaning:
      'An entry of a folder’s own catalog, or the metadata or the positions of an Iceberg table, can’t be read or say something impossible.',
    retryable: 'never',
    action: 'Restore an older version of what the message names.',
  },
  CATALOG_CONTENDED: {
    meaning: 'Others changed the table at the same time, again and again.',
    retryable: 'always',
    action: 'Nothing if it passes; else find out who changes the table.',
  },
  TABLE_MISSING: {
    meaning: 'The table, or its database, is not in the catalog.',
    retryable: 'never',
    action:
      'Check LAKE, LAKE_DATABASE and LAKE_TABLE. If the table was dropped, run `glueless verify --repair`; register the newest metadata file of an Iceberg table.',
  },
  TABLE_MISMATCH: {
    meaning: 'There is a table of this name that this service would not have made; it is not written to.',
    retryable: 'never',
    action: 'Set LAKE_TABLE to a new name, or make the table anew.',
  },
  TABLE_RECREATED: {
    meaning: 'An Iceberg table was dropped and made anew: what the ledger has written is not in the new one.',
    retryable: 'never',
    action: 'Register the metadata of the dropped table, or set LAKE_TABLE to a new name.',
  },
  TABLE_ROLLED_BACK: {
    meaning: 'An Iceberg table was set back to an older snapshot, and no longer holds what its positions say.',
    retryable: 'never',
    action: 'Set the table forward again, or its positions back; the message says to what.',
  },
  SCHEMA_INVALID: {
    meaning: 'A text is not a Hive type, or not a list of columns.',
    retryable: 'never',
    action: 'Write it as in CREATE TABLE: seq bigint, tags array<string>.',
  },
  ENCODE_FAILED: {
    meaning: 'A batch could not be written as Parquet.',
    retryable: 'never',
    action: 'Set PARQUET_ENCODER=hyparquet to go on, and report the message.',
  },
  OBJECT_UNREADABLE: {
    meaning: 'An object of the lake is damaged, or is not a Parquet file of this service.',
    retryable: 'never',
    action: '`glueless verify --deep` names all of them; `glueless replay` writes their range again.',
  },
  QUERY_FAILED: {
    meaning: 'Athena or DuckDB refused or failed a query.',
    retryable: 'sometimes',
    action: 'The message holds the engine’s own words.',
  },
  QUERY_DENIED: {
    meaning: 'AWS does not let this process run the query.',
    retryable: 'never',
    action: 'Check its policy for Athena, Glue, the bucket and the location of query results.',
  },
  REPORT_UNSUITABLE: {
    meaning: 'The report needs columns and partitions that this table does not have.',
    retryable: 'never',
    action: 'The report is made for thermometer readings; query other tables by SQL, see `docs/athena.md`.',
  },
  LEDGER_EMPTY: {
    meaning: 'No service has ever begun to read the topic into the table: either it is new, or a name is mistyped.',
    retryable: 'never',
    action: 'Check LAKE, LAKE_TABLE and KAFKA_TOPIC; `consume` begins a new one.',
  },
  LEDGER_CORRUPT: {
    meaning: 'A ledger entry can’t be read, or says something impossible.',
    retryable: 'never',
    action:
      'Restore its older version. A damaged last entry stops its Kafka partition, another one only what reads it: `glueless verify` says which it is, and what to do without an older version.',
  },
  LEDGER_NEWER: {
    meaning: 'A ledger entry was written by a newer version.',
    retryable: 'never',
    action: 'Upgrade this process.',
  },
  LEDGER_CLOSED: {
    meaning: 'An Iceberg table has adopted this Hive table (`glueless iceberg adopt`), which gets nothing more.',
    retryable: 'never',
    action: 'Set TABLE_FORMAT=iceberg, and LAKE_TABLE as the message says.',
  },
  LEDGER_BEHIND: {
    meaning: 'The ledger is older than what was written: it was restored from a copy, or is gone.',
    retryable: 'never',
    action: 'Restore the newest ledger, or set LAKE_TABLE to a new name; see `docs/runbook.md`.',
  },
  LEDGER_CONTENDED: {
    meaning: 'Others changed a ledger entry at the same time.',
    retryable: 'sometimes',
    action: 'Let the other replay or redrive end, then run this one again.',
  },
  SKIP_REFUSED: {
    meaning: '`glueless skip` names a range that is in the ledger already, or that the ledger does not reach.',
    retryable: 'never',
    action: 'Skip what the service’s log names, and let the service write what lies before it.',
  },
  OBJECT_MISSING: {
    meaning: 'A file that an Iceberg table is to take in is gone, though the ledger lists it.',
    retryable: 'never',
    action: 'Restore it, or run the `glueless replay` that the message names. Everything else is taken in.',
  },
  OBJECT_DAMAGED: {
    meaning:
      'Objects of a claimed range hold records that Kafka no longer has, and the claim can’t be ended with them: others are damaged, or another version or generation has written them.',
    retryable: 'never',
    action:
      'Move the objects that the error names out of the table, or restore older versions, and start again: others are kept. Or let the version that has claimed the range end it.',
  },
  STATE_CORRUPT: {
    meaning: 'The document of an hour or an alert (`_hours/`, `_alerts/`) can’t be read.',
    retryable: 'never',
    action: 'Restore an older version of the object that the message names, or upgrade this process.',
  },
  HOURS_UNSUITABLE: {
    meaning: 'The hours of this table can’t be settled: it is not partitioned by hours, or holds several topics.',
    retryable: 'never',
    action: 'Use a table of one topic that was made with PARTITION_BY=hour, or leave HOURS_EVERY_SECONDS out.',
  },
  DELIVERY_FAILED: {
    meaning: 'A webhook, event bus or SNS topic did not take a message about an hour or an alert.',
    retryable: 'sometimes',
    action: 'Nothing if it passes: it is sent again, ten times in half an hour. Else check address, token and policy.',
  },
  ALERT_UNSUITABLE: {
    meaning:
      'The table lacks the columns that ALERT_COLUMN and ALERT_GROUP name, or the first one does not hold numbers.',
    retryable: 'never',
    action: 'Set them to columns of the table: `glueless schema show` prints all.',
  },
  ALERT_MISSING: {
    meaning: 'There is no alert with this id.',
    retryable: 'never',
    action: '`glueless alerts --all` lists them with their ids.',
  },
  SCHEMA_REGISTRY_UNAVAILABLE: {
    meaning:
      'The schema registry does not answer, or answers with something else. Records wait; nothing becomes a dead letter.',
    retryable: 'sometimes',
    action:
      'Check SCHEMA_REGISTRY_URL, or AWS_REGION for Glue’s registry, the registry and the network. The service goes on by itself when it answers.',
  },
  SCHEMA_REGISTRY_DENIED: {
    meaning: 'The schema registry does not let this process read schemas.',
    retryable: 'never',
    action:
      'Check SCHEMA_REGISTRY_USERNAME and its password; for Glue, give the role glue:GetSchemaVersion on the registry and its schemas.',
  },
  SCHEMA_MISSING: {
    meaning: 'A claim was made with a schema that the registry no longer has.',
    retryable: 'never',
    action: 'Register it again under the same id, or give the range up with `glueless skip`.',
  },
} as const satisfies Record<string, ErrorFacts>;
