import { awsRequests } from '../../runtime/request-tally.ts';
import { brokerWaits } from '../../runtime/throttle-tally.ts';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const stepBuckets = [0.005, 0.02, 0.1, 0.5, 2, 10, 60];
const freshnessBuckets = [1, 5, 15, 60, 300, 900, 3600];

/** The service's metrics; their names are documented in docs/observe.md and held by a test. */
export class Metrics {
  readonly registry = new Registry();
  readonly records = this.#counter('records_total', 'Records accounted for in the ledger, by what became of them', [
    'fate',
    'topic',
  ]);
  readonly deadLetters = this.#counter('dead_letters_total', 'Records that could not become rows', ['reason', 'topic']);
  readonly conflicts = this.#counter('conflicts_total', 'Values that went to another column than that of their name', [
    'column',
    'topic',
  ]);
  readonly rescuedRows = this.#counter('rescued_rows_total', 'Rows with values that found no column', ['topic']);
  readonly parsedRecords = this.#counter('parsed_records_total', 'Records by the way in which their JSON was read', [
    'way',
    'topic',
  ]);
  readonly untimedRows = this.#counter(
    'rows_without_event_time_total',
    'Rows placed by their Kafka timestamp for want of an event time',
    ['topic'],
  );
  readonly batches = this.#counter('batches_total', 'Batches committed, by why they were cut', ['reason', 'topic']);
  readonly bytes = this.#counter('bytes_total', 'Bytes of JSON in, bytes of Parquet out', ['direction', 'topic']);
  readonly steps = this.#histogram('step_seconds', 'Duration of the commit steps', stepBuckets, ['step']);
  readonly retries = this.#counter('step_retries_total', 'Steps that failed and were tried again', [
    'step',
    'code',
    'topic',
  ]);
  readonly ledgerConflicts = this.#counter('ledger_conflicts_total', 'Ranges that another process had first', [
    'topic',
  ]);
  readonly schemaChanges = this.#counter('schema_changes_total', 'Times the table got columns', ['topic']);
  readonly gapOffsets = this.#counter('gap_offsets_total', 'Offsets that Kafka lost before they were written', [
    'topic',
  ]);
  readonly freshness = this.#histogram(
    'freshness_seconds',
    'Age of a batch’s oldest record when it was committed',
    freshnessBuckets,
  );
  readonly snapshots = this.#counter('snapshots_total', 'Snapshots of Iceberg tables that were committed');
  readonly snapshotConflicts = this.#counter(
    'snapshot_conflicts_total',
    'Times that another change of an Iceberg table came before a snapshot',
  );
  readonly snapshotWait = this.#histogram(
    'snapshot_wait_seconds',
    'Time from the ledger’s oldest entry to the snapshot that took it in',
    freshnessBuckets,
  );
  readonly lag = this.#gauge('lag_records', 'Offsets the topic holds and the lake does not', ['partition', 'topic']);
  readonly behind = this.#gauge(
    'behind_seconds',
    'Age that the oldest record which waits can have; 0 when none waits',
    ['partition', 'topic'],
  );
  readonly brokerSilent = this.#gauge(
    'broker_silent_seconds',
    'Time since a broker answered last; while it grows, lag is not known',
  );
  readonly unreadable = this.#gauge(
    'unreadable_partitions',
    '1 while a partition waits before records that can’t be read',
    ['partition', 'topic'],
  );
  readonly buffered = this.#gauge('buffered_bytes', 'Bytes that have arrived and are not committed', ['topic']);
  readonly troubledTopics = this.#gauge(
    'troubled_topics',
    'Topics of several that are not written, and are tried again',
  );
  readonly lastCommit = this.#gauge('last_commit_timestamp_seconds', 'When the last batch was committed', ['topic']);
  readonly certificateDays = this.#gauge(
    'certificate_days_left',
    'Days until the client certificate expires, below 0 once it has expired',
  );
  readonly certificateFailures = this.#counter(
    'certificate_failures_total',
    'Times that the client certificate could not be read again, or a new one not be used',
  );
  readonly hourChanges = this.#counter('hour_changes_total', 'Hours of the table that came into a state', ['state']);
  readonly hoursSettled = this.#gauge('hours_settled_timestamp_seconds', 'When this process settled the hours last');
  readonly upkeepDone = this.#gauge('upkeep_done_timestamp_seconds', 'When this process kept the table in shape last');
  readonly alertChanges = this.#counter('alert_changes_total', 'Alerts that came into a state', ['state']);
  readonly deliveries = this.#counter('deliveries_total', 'Attempts to send a message about an hour or an alert', [
    'channel',
    'result',
  ]);
  readonly awsRequests = new Counter({
    name: 'glueless_aws_requests_total',
    help: 'Requests to AWS, repeated ones too: what the service costs there',
    labelNames: ['service', 'operation'],
    registers: [this.registry],
    collect() {
      this.reset();
      for (const { service, operation, count } of awsRequests.counts()) this.inc({ service, operation }, count);
    },
  });
  readonly brokerThrottled = new Counter({
    name: 'glueless_broker_throttled_seconds_total',
    help: 'Time that brokers have made this client wait by a quota',
    labelNames: ['broker'],
    registers: [this.registry],
    collect() {
      this.reset();
      for (const [broker, waitedMs] of brokerWaits.waits()) this.inc({ broker }, waitedMs / 1000);
    },
  });
  readonly buildInfo = this.#gauge('build_info', 'Always 1; the labels tell which program runs', ['version', 'commit']);

  constructor() {
    // it would begin with 0, an alarm, also where there is no certificate
    this.certificateDays.remove();
  }

  #counter<Label extends string = never>(name: string, help: string, labelNames: Label[] = []): Counter<Label> {
    return new Counter(this.#options(name, help, labelNames));
  }

  #gauge<Label extends string = never>(name: string, help: string, labelNames: Label[] = []): Gauge<Label> {
    return new Gauge(this.#options(name, help, labelNames));
  }

  #histogram<Label extends string = never>(name: string, help: string, buckets: number[], labelNames: Label[] = []) {
    return new Histogram({ ...this.#options(name, help, labelNames), buckets });
  }

  #options<Label extends string>(name: string, help: string, labelNames: Label[]) {
    return { name: `glueless_${name}`, help, labelNames, registers: [this.registry] };
  }
}
