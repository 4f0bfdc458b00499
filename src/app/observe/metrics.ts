import { awsRequests } from '../../runtime/request-tally.ts';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The service's metrics; their names are documented in docs/operations.md and held by a test. */
export interface Metrics {
  readonly registry: Registry;
  readonly records: Counter<'fate' | 'topic'>;
  readonly deadLetters: Counter<'reason' | 'topic'>;
  readonly conflicts: Counter<'column' | 'topic'>;
  readonly rescuedRows: Counter<'topic'>;
  readonly parsedRecords: Counter<'way' | 'topic'>;
  readonly untimedRows: Counter<'topic'>;
  readonly batches: Counter<'reason' | 'topic'>;
  readonly bytes: Counter<'direction' | 'topic'>;
  readonly steps: Histogram<'step'>;
  readonly retries: Counter<'step' | 'code' | 'topic'>;
  readonly ledgerConflicts: Counter<'topic'>;
  readonly schemaChanges: Counter<'topic'>;
  readonly gapOffsets: Counter<'topic'>;
  readonly freshness: Histogram;
  readonly snapshots: Counter;
  readonly snapshotConflicts: Counter;
  readonly snapshotWait: Histogram;
  readonly lag: Gauge<'partition' | 'topic'>;
  readonly behind: Gauge<'partition' | 'topic'>;
  readonly brokerSilent: Gauge;
  readonly unreadable: Gauge<'partition' | 'topic'>;
  readonly buffered: Gauge<'topic'>;
  readonly troubledTopics: Gauge;
  readonly lastCommit: Gauge<'topic'>;
  readonly certificateDays: Gauge;
  readonly certificateFailures: Counter;
  readonly hourChanges: Counter<'state'>;
  readonly hoursSettled: Gauge;
  readonly upkeepDone: Gauge;
  readonly alertChanges: Counter<'state'>;
  readonly deliveries: Counter<'channel' | 'result'>;
  readonly awsRequests: Counter<'service' | 'operation'>;
  readonly buildInfo: Gauge<'version' | 'commit'>;
}

const stepBuckets = [0.005, 0.02, 0.1, 0.5, 2, 10, 60];
const freshnessBuckets = [1, 5, 15, 60, 300, 900, 3600];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string = never>(
    name: string,
    help: string,
    labelNames: Label[] = [],
  ): Counter<Label> => new Counter({ name: `glueless_${name}`, help, labelNames, registers });
  const gauge = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []): Gauge<Label> =>
    new Gauge({ name: `glueless_${name}`, help, labelNames, registers });
  const certificateDays = gauge(
    'certificate_days_left',
    'Days until the client certificate expires, below 0 once it has expired',
  );
  // it would begin with 0, an alarm, also where there is no certificate
  certificateDays.remove();
  return {
    registry,
    records: counter('records_total', 'Records accounted for in the ledger, by what became of them', ['fate', 'topic']),
    deadLetters: counter('dead_letters_total', 'Records that could not become rows', ['reason', 'topic']),
    conflicts: counter('conflicts_total', 'Values that went to another column than that of their name', [
      'column',
      'topic',
    ]),
    rescuedRows: counter('rescued_rows_total', 'Rows with values that found no column', ['topic']),
    parsedRecords: counter('parsed_records_total', 'Records by the way in which their JSON was read', ['way', 'topic']),
    untimedRows: counter(
      'rows_without_event_time_total',
      'Rows placed by their Kafka timestamp for want of an event time',
      ['topic'],
    ),
    batches: counter('batches_total', 'Batches committed, by why they were cut', ['reason', 'topic']),
    bytes: counter('bytes_total', 'Bytes of JSON in, bytes of Parquet out', ['direction', 'topic']),
    steps: new Histogram({
      name: 'glueless_step_seconds',
      help: 'Duration of the commit steps',
      labelNames: ['step'],
      buckets: stepBuckets,
      registers,
    }),
    retries: counter('step_retries_total', 'Steps that failed and were tried again', ['step', 'code', 'topic']),
    ledgerConflicts: counter('ledger_conflicts_total', 'Ranges that another process had first', ['topic']),
    schemaChanges: counter('schema_changes_total', 'Times the table got columns', ['topic']),
    gapOffsets: counter('gap_offsets_total', 'Offsets that Kafka lost before they were read', ['topic']),
    freshness: new Histogram({
      name: 'glueless_freshness_seconds',
      help: 'Age of a batch’s oldest record when it was committed',
      buckets: freshnessBuckets,
      registers,
    }),
    snapshots: counter('snapshots_total', 'Snapshots of Iceberg tables that were committed'),
    snapshotConflicts: counter(
      'snapshot_conflicts_total',
      'Times that another change of an Iceberg table came before a snapshot',
    ),
    snapshotWait: new Histogram({
      name: 'glueless_snapshot_wait_seconds',
      help: 'Time from the ledger’s oldest entry to the snapshot that took it in',
      buckets: freshnessBuckets,
      registers,
    }),
    lag: gauge('lag_records', 'Offsets the topic holds and the lake does not', ['partition', 'topic']),
    behind: gauge('behind_seconds', 'Age that the oldest record which waits can have; 0 when none waits', [
      'partition',
      'topic',
    ]),
    brokerSilent: gauge('broker_silent_seconds', 'Time since a broker answered last; while it grows, lag is not known'),
    unreadable: gauge('unreadable_partitions', '1 while a partition waits before records that can’t be read', [
      'partition',
      'topic',
    ]),
    buffered: gauge('buffered_bytes', 'Bytes that have arrived and are not committed', ['topic']),
    troubledTopics: gauge('troubled_topics', 'Topics of several that are not written, and are tried again'),
    lastCommit: gauge('last_commit_timestamp_seconds', 'When the last batch was committed', ['topic']),
    certificateDays,
    certificateFailures: counter(
      'certificate_failures_total',
      'Times that the client certificate could not be read again, or a new one not be used',
    ),
    hourChanges: counter('hour_changes_total', 'Hours of the table that came into a state', ['state']),
    hoursSettled: gauge('hours_settled_timestamp_seconds', 'When this process settled the hours last'),
    upkeepDone: gauge('upkeep_done_timestamp_seconds', 'When this process kept the table in shape last'),
    alertChanges: counter('alert_changes_total', 'Alerts that came into a state', ['state']),
    deliveries: counter('deliveries_total', 'Attempts to send a message about an hour or an alert', [
      'channel',
      'result',
    ]),
    awsRequests: new Counter({
      name: 'glueless_aws_requests_total',
      help: 'Requests to AWS, repeated ones too: what the service costs there',
      labelNames: ['service', 'operation'],
      registers,
      collect() {
        this.reset();
        for (const { service, operation, count } of awsRequests.counts()) this.inc({ service, operation }, count);
      },
    }),
    buildInfo: gauge('build_info', 'Always 1; the labels tell which program runs', ['version', 'commit']),
  };
}
