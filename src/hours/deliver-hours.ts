import type { TopicPath } from '../consumer/ledger/keys/ledger-keys.ts';
import type { Channel, Delivery } from '../outbox/delivery.ts';
import { deliverDue, type DeliveryObserver } from '../outbox/deliver.ts';
import type { Message, Senders } from '../outbox/sender.ts';
import { lastChange, type HourDocument, type HourStore, type StoredHour } from './hour-document.ts';

export interface DeliverHoursOptions extends TopicPath {
  readonly hours: HourStore;
  readonly senders: Senders;
  readonly holder: string;
  readonly nowMs: () => number;
  readonly observer: DeliveryObserver;
}

/** Tells whoever wants to know which hours are complete or reopened, in the hours' order. */
export async function deliverHours(
  settled: readonly StoredHour[],
  { hours: documents, senders, table, topic, ...options }: DeliverHoursOptions,
): Promise<StoredHour[]> {
  const withDeliveries = (value: HourDocument, deliveries: Delivery[]): HourDocument => ({
    ...value,
    writer: options.holder,
    deliveries,
  });
  const messageFor = (value: HourDocument, { key }: Delivery): Message => hourMessage(value, key, { table, topic });
  const delivering = { ...options, documents, senders, withDeliveries, messageFor, silent: new Set<Channel>() };
  const delivered: StoredHour[] = [];
  for (const stored of settled) delivered.push(await deliverDue(stored, delivering));
  return delivered;
}

/** What a receiver gets of one change: the key ends in the change's revision. */
function hourMessage(document: HourDocument, key: string, topicTable: TopicPath): Message {
  const named = document.changes.find(({ revision }) => key.endsWith(`/${revision}`));
  const { revision, state, at, rows, lateRows } = named ?? lastChange(document);
  const { hour } = document;
  const late = lateRows > 0 ? `, ${lateRows} of them late` : '';
  return {
    key,
    type: `hour.${state}`,
    subject: `${topicTable.table}: hour ${hour} is ${state}, ${rows} rows${late}`,
    body: { ...topicTable, hour, revision, state, rows, lateRows, since: at },
  };
}
