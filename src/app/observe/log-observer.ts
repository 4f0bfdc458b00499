import type { CommittedBatch, PipelineObserver, StepName } from '../../consumer/commit/tools/pipeline-observer.ts';
import type { UnreadableRecords } from '../../consumer/ports/topic.ts';
import { skipCommand } from '../../consumer/service/unreadable-partitions.ts';
import type { PipelineError } from '../../runtime/errors.ts';
import { failureFields } from './explain-failure.ts';
import type { Logger } from './logger.ts';

const missingHint =
  '`glueless verify` names all that are gone; restore them, or `glueless replay` their ranges while Kafka has them';

const slowMsMin = 30_000;

/** What a step waits for that takes long and does not fail. */
const waitsFor: Readonly<Record<StepName, string>> = {
  position: 'the store: its ledger is read',
  topic: 'the brokers',
  schemas: 'the schema registry',
  decode: 'the processor',
  claim: 'the store: the ledger’s entry is written',
  grow: 'the catalog, or others that change the table’s columns at the same time',
  encode: 'the processor',
  put: 'the store: files are written',
  register: 'the catalog: partitions are added',
  ledger: 'the store: the ledger’s entry is written',
  offsets: 'the brokers',
  snapshot: 'the store and the catalog, or others that commit at the same time: `conflicts` of `snapshot committed`',
};

/** Logs that the member has no partitions by now, of whatever topics it reads. */
export function logRevoked(log: Logger, { code, message: reason }: PipelineError): void {
  log.info({ code, reason }, 'partitions revoked');
}

function logUnreadable(log: Logger, { partition, from, to, error }: UnreadableRecords, topic?: string): void {
  log.error(
    {
      partition,
      from: from.toString(),
      to: to?.toString(),
      ...failureFields(error, topic),
      skip: skipCommand({ partition, from, to }, topic),
    },
    'records can’t be read: their partition waits, the others go on',
  );
}

function logCommitted(log: Logger, { entry, reason, bytesIn, tookMs, oldestTimestampMs }: CommittedBatch): void {
  const { partition, outcome } = entry;
  const [from, to] = [entry.from.toString(), entry.to.toString()];
  const { rows, deadLetters, tombstones, objects, committedAt } = outcome;
  const bytesOut = objects.reduce((sum, { bytes }) => sum + bytes, 0);
  const ageMs = oldestTimestampMs === undefined ? undefined : Date.parse(committedAt) - oldestTimestampMs;
  const counts = { rows, deadLetters, tombstones, objects: objects.length };
  log.info(
    { partition, from, to, reason, ...counts, bytesIn, bytesOut, tookMs, oldestRecordAgeMs: ageMs },
    'batch committed',
  );
}

/** Logs what of a claim its objects lack, since Kafka no longer held it when the claim was fulfilled. */
function logLost(log: Logger, { entry: { partition, outcome } }: CommittedBatch): void {
  if (outcome.lost === undefined) return;
  const { from, to } = outcome.lost;
  log.error(
    { partition, from: from.toString(), to: to.toString(), lost: (to - from).toString() },
    'Kafka no longer holds records that were claimed and not written',
  );
}

/** Logs what the pipeline does: one info line per committed batch, nothing per record. `topic`: it is one of several. */
export function createLogObserver(log: Logger, topic?: string): PipelineObserver {
  let lacksEventTimes = false;
  // a rebalance of hundreds of topics has a line for all of them, which their membership logs
  const assignmentLevel = topic === undefined ? 'info' : 'debug';
  return {
    step: (step, phase, tookMs) => {
      if (phase === 'after' && tookMs >= slowMsMin)
        log.warn({ step, tookMs, waitsFor: waitsFor[step] }, 'a step took long');
    },
    assigned: (positions) =>
      log[assignmentLevel](
        { positions: Object.fromEntries([...positions].map(([key, to]) => [key, to.toString()])) },
        'partitions assigned',
      ),
    groupShared: (details) =>
      log.warn(
        {
          ...details,
          hint: 'services that write different tables need a KAFKA_GROUP_ID each, or each table gets a part only',
        },
        'the consumer group was last used for another table',
      ),
    ...(topic === undefined && { revoked: (cause) => logRevoked(log, cause) }),
    committed: (batch) => {
      const { partition, outcome, recipe } = batch.entry;
      logCommitted(log, batch);
      logLost(log, batch);
      if (lacksEventTimes || outcome.rows === 0 || outcome.minEventTime !== undefined) return;
      lacksEventTimes = true;
      log.warn(
        { partition, eventTimeField: recipe.placement.eventTimeField },
        'no record of the batch has an event time: Kafka timestamps choose the Hive partitions',
      );
    },
    snapshotCommitted: ({ table, snapshotId, ...facts }) =>
      log.info(
        { table, snapshotId: snapshotId?.toString(), ...facts },
        snapshotId === undefined ? 'table positions moved' : 'snapshot committed',
      ),
    conflict: ({ partition, from, theirs }) =>
      log.warn({ partition, from: from.toString(), theirs }, 'range belongs to another process, continuing behind it'),
    gap: ({ partition, from, to, why }) =>
      log.error(
        { partition, from: from.toString(), to: to.toString(), lost: (to - from).toString(), ...(why && { why }) },
        why === undefined ? 'Kafka no longer holds records that were never read' : 'records are skipped',
      ),
    rolledUp: ({ partition }, segments) => log.info({ partition, segments }, 'ledger rolled up'),
    rollUpFailed: ({ partition }, error) =>
      log.warn({ partition, ...failureFields(error) }, 'rolling up the ledger failed, a later commit tries again'),
    objectMissing: ({ partition, from, to, key }) =>
      log.error(
        { partition, from: from.toString(), to: to.toString(), key, hint: missingHint },
        'an object that the ledger lists is gone: its rows are not in the table',
      ),
    unreadable: (records) => logUnreadable(log, records, topic),
    readable: (partition) => log.info({ partition }, 'the partition goes on'),
    retrying: (step, error, attempt, delayMs) =>
      log.warn({ step, attempt, delayMs, ...failureFields(error) }, 'step failed, trying again'),
    paused: (bufferedBytes) => log.info({ bufferedBytes }, 'reading paused: the buffer is full'),
    resumed: (bufferedBytes) => log.debug({ bufferedBytes }, 'reading again'),
  };
}
