import type { TopicPath } from '../../consumer/ledger/keys/ledger-keys.ts';
import { randomUUID } from 'node:crypto';
import { isUnevaluated } from '../../alerts/evaluate-alerts.ts';
import { Ledger } from '../../consumer/ledger/ledger.ts';
import type { TopicReader } from '../../consumer/ports/topic.ts';
import { isUpToDate } from '../../consumer/maintain/hive/is-up-to-date.ts';
import { loadKnown } from '../../consumer/snapshot/load-table.ts';
import { positionsOf } from '../../consumer/snapshot/table-positions.ts';
import { holdsSeveralTopics } from '../../consumer/table/catalog/shared-table.ts';
import { deliverHours } from '../../hours/deliver-hours.ts';
import type { StoredHour } from '../../hours/hour-document.ts';
import { HourKeeper } from '../../hours/hour-keeper.ts';
import { HoursTable } from '../../hours/hours-table.ts';
import { createColumnEncoder } from '../../parquet/column-encoder.ts';
import { systemClock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { layoutOf, partitionKeys } from '../../schema/partitions/layout.ts';
import type { Settings } from '../config/settings.ts';
import type { Lake } from '../lake/lake.ts';
import type { HourWatch } from '../observe/hour-watch.ts';
import { createdBy, readVersion } from '../version/version.ts';
import { openAlerts, ruleOf } from './open-alerts.ts';
import { openHourSenders } from './open-senders.ts';

export type HoursSettings = Pick<Settings, 'hours' | 'alerts' | 'aws' | 'kafka' | 'table'>;

export interface HoursContext {
  readonly lake: Lake;
  readonly reader: Pick<TopicReader, 'describe'>;
  readonly watch: HourWatch;
}

export interface Hours {
  /** Settles the hours once, counts all from `since` on again, evaluates alerts and tells who wants to know; answers with the hours that were looked at. */
  settle(since?: string): Promise<StoredHour[]>;
}

/** Opens the hours of the configured table. Rejects with HOURS_UNSUITABLE. */
export async function openHours(settings: HoursSettings, { lake, reader, watch }: HoursContext): Promise<Hours> {
  const { hours, kafka, table } = settings;
  const { store, plainCatalog: catalog } = lake;
  const topicTable = { table: table.name, topic: kafka.topic };
  const visibleEnds = snapshotEnds(lake, topicTable);
  const requireSuitable = () => checkHourTable(lake, table);
  await requireSuitable();
  const senders = await openHourSenders(settings);
  const writer = randomUUID();
  const rule = ruleOf(settings.alerts);
  const encoder = createColumnEncoder({ codec: 'snappy', rowGroupRows: 1000, createdBy: createdBy(readVersion()) });
  const keeper = new HourKeeper({
    ...topicTable,
    ...hours,
    store,
    reader,
    ...(visibleEnds === undefined ? { isVisible: mergedHours(lake, topicTable) } : { visibleEnds }),
    ledger: new Ledger(store),
    hoursTable: new HoursTable({ store, catalog, encoder, table: table.name }),
    clock: systemClock,
    futureDaysMax: table.futureDaysMax,
    pastDaysMax: table.pastDaysMax,
    channels: [...senders.keys()],
    ...(rule !== undefined && { isAwaited: (document) => isUnevaluated(document, rule) }),
    writer,
    observer: watch.hours,
  });
  const alerts = rule && (await openAlerts(settings, rule, { lake, watch, hours: keeper.hours, writer }));
  const telling = { ...topicTable, hours: keeper.hours, senders, holder: writer, observer: watch.deliveries };
  return {
    settle: async (since) => {
      // another topic's rows may have come into the table meanwhile
      await requireSuitable();
      const settled = await keeper.settle(since);
      const told = await deliverHours(settled, { ...telling, nowMs: () => systemClock.nowMs() });
      await alerts?.evaluate(told);
      return told;
    },
  };
}

/**
 * Where an Iceberg table ends, by its newest snapshot; readers of other tables see what is written at once. Rejects for a table that no longer
 * holds what its positions say, as the service does: hours that were complete are not, and nobody would notice.
 */
function snapshotEnds({ iceberg, store }: Lake, { table, topic }: TopicPath) {
  if (iceberg === undefined) return undefined;
  const tools = { iceberg, store, ledger: new Ledger(store), table, topic };
  return async (): Promise<ReadonlyMap<number, bigint>> => {
    const loaded = await loadKnown(table, tools);
    return loaded === undefined ? new Map() : positionsOf(loaded.metadata, topic);
  };
}

/** Says whether queries see what the ledger has of an hour: late rows of one whose partition was merged wait for upkeep. */
function mergedHours({ store, catalog }: Lake, { table }: TopicPath) {
  const ledger = new Ledger(store);
  const keys = partitionKeys('hour').map(({ name }) => name);
  return async (hour: string): Promise<boolean> =>
    isUpToDate(table, { keys, values: [hour.slice(0, 10), hour.slice(11)] }, { store, catalog, ledger });
}

/** A table that does not exist yet is made with the layout of the settings, which were looked at before. */
async function checkHourTable({ catalog }: Lake, { name, isShared }: Settings['table']): Promise<void> {
  const table = await catalog.load(name);
  if (isShared || (table !== undefined && holdsSeveralTopics(table)))
    throw unsuitable(name, 'holds several topics: the hours of one topic say nothing about the rows of the others');
  if (table === undefined || layoutOf(table.partitionKeys) === 'hour') return;
  const keys = table.partitionKeys.map((key) => key.name).join(', ');
  throw unsuitable(
    name,
    `is partitioned by ${keys || 'nothing'}: only the hours of a table by event_date and event_hour can be settled`,
  );
}

function unsuitable(table: string, why: string): PipelineError {
  return new PipelineError('HOURS_UNSUITABLE', {
    message: `the table ${table} ${why}`,
    retryable: false,
    details: { table },
  });
}
