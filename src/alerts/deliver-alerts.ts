import { deliverDue, type DeliveryObserver } from '../outbox/deliver.ts';
import { newDelivery, type Channel, type Delivery } from '../outbox/delivery.ts';
import type { Message, Senders } from '../outbox/sender.ts';
import { firstChangingHour, momentsOf, stillTold, type Alert, type StoredAlert } from './alert.ts';
import type { AlertStore } from './alert-store.ts';

export interface DeliverAlertsOptions {
  readonly alerts: AlertStore;
  readonly table: string;
  /** How old an hour may be whose rows still come. */
  readonly pastDaysMax: number;
  readonly senders: Senders;
  readonly holder: string;
  readonly nowMs: () => number;
  readonly observer: DeliveryObserver;
}

/** Tells of every alert that was raised, acknowledged or resolved, each once for each channel. Nobody is told of provisional alerts. */
export async function deliverAlerts({ alerts: documents, ...options }: DeliverAlertsOptions): Promise<void> {
  const { senders, nowMs, table, pastDaysMax } = options;
  if (senders.size === 0) return;
  const withDeliveries = (value: Alert, deliveries: Delivery[]): Alert => ({ ...value, deliveries });
  const messageFor = (value: Alert, { key }: Delivery): Message => alertMessage(value, key, table);
  const delivering = { ...options, documents, withDeliveries, messageFor, silent: new Set<Channel>() };
  for await (const stored of documents.changing(firstChangingHour(nowMs(), pastDaysMax))) {
    let owing = await noteOwed(stored, { ...options, alerts: documents });
    // one message of each channel at a time: what was raised is told before what was resolved
    for (let looks = 0; owing !== undefined && looks < 3; looks++) {
      const after = await deliverDue(owing, delivering);
      owing = after.version === owing.version ? undefined : after;
    }
  }
}

/** The alert with a delivery for each moment and channel; `undefined` where nothing is owed, or another process notes it. */
async function noteOwed(stored: StoredAlert, options: DeliverAlertsOptions): Promise<StoredAlert | undefined> {
  const { value } = stored;
  const owed = owedBy(value, options);
  if (owed.length > 0)
    return options.alerts.put(stored.id, { ...value, deliveries: [...value.deliveries, ...owed] }, stored);
  return value.deliveries.some(({ state }) => state === 'pending') ? stored : undefined;
}

function owedBy(alert: Alert, { senders, nowMs, table }: DeliverAlertsOptions): Delivery[] {
  const keys = stillTold(momentsOf(alert), nowMs()).map(({ moment, at }) => `${table}/${alert.id}/${moment}/${at}`);
  return keys.flatMap((key) =>
    [...senders.keys()].filter((channel) => !isNoted(alert, key, channel)).map((channel) => newDelivery(key, channel)),
  );
}

function isNoted({ deliveries }: Alert, key: string, channel: Channel): boolean {
  return deliveries.some((each) => each.key === key && each.channel === channel);
}

function alertMessage(alert: Alert, key: string, table: string): Message {
  const { deliveries: _deliveries, format: _format, state: _state, earlier: _earlier, ...facts } = alert;
  const [moment = '', at = ''] = key.split('/').slice(-2);
  const { rule, group, side, mean, samples, lastHour } = alert;
  return {
    key,
    type: `alert.${moment}`,
    subject: `${table}: ${moment}: ${rule} ${group} ${side}, mean ${mean.toFixed(2)} of ${samples} in ${lastHour}`,
    body: { table, state: moment, ...facts, [`${moment}At`]: at },
  };
}
