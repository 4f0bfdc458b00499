import { randomUUID } from 'node:crypto';
import { acknowledge, type Alert } from '../alerts/alert.ts';
import { AlertStore, listAlerts } from '../alerts/alert-store.ts';
import { exitCodes } from '../app/observe/exit-codes.ts';
import { printJson, printAll, printLines } from '../app/observe/output.ts';
import { openLake } from '../app/lake/open-lake.ts';
import type { Settings } from '../app/config/settings.ts';
import { openHourStore } from '../hours/hour-document.ts';
import type { Delivery } from '../outbox/delivery.ts';
import { listUndelivered, redeliver } from '../outbox/undelivered.ts';
import { alignColumns } from '../report/format.ts';

export interface AlertsCommandOptions {
  readonly since?: string;
  readonly all: boolean;
  readonly acknowledge?: string;
  readonly by: string;
  readonly undelivered: boolean;
  readonly redeliver: boolean;
  readonly json: boolean;
}

/** Lists alerts, acknowledges one, or sees to messages that nobody took. */
export async function alerts(settings: Settings, options: AlertsCommandOptions): Promise<number> {
  const { store } = await openLake(settings.lake);
  const { name: table } = settings.table;
  const stores = {
    alerts: new AlertStore(store, table),
    hours: openHourStore(store, { table, topic: settings.kafka.topic }),
  };
  if (options.redeliver) return sendAgain(stores);
  if (options.undelivered) return showUndelivered(stores, options);
  if (options.acknowledge !== undefined) {
    const at = new Date().toISOString();
    const alert = await acknowledge(stores.alerts, { id: options.acknowledge, by: options.by, at });
    print([alert], options);
    return exitCodes.done;
  }
  const found = await listAlerts(stores.alerts, options.since);
  print(options.all ? found : found.filter(({ state }) => state !== 'resolved'), options);
  return exitCodes.done;
}

interface Stores {
  readonly alerts: AlertStore;
  readonly hours: ReturnType<typeof openHourStore>;
}

function print(found: readonly Alert[], { json }: AlertsCommandOptions): void {
  if (json) return printJson(found);
  const cells = found.map(({ id, group, side, mean, samples, lastHour, state, acknowledgedBy = '' }) => [
    id,
    state,
    group,
    side.toUpperCase(),
    mean.toFixed(2),
    String(samples),
    lastHour,
    acknowledgedBy,
  ]);
  const names = ['id', 'state', 'group', 'side', 'mean', 'values', 'last hour (UTC)', 'acknowledged by'];
  printAll([...alignColumns([names, ...cells]), `${found.length} ${found.length === 1 ? 'alert' : 'alerts'}`]);
}

async function showUndelivered(stores: Stores, { json }: AlertsCommandOptions): Promise<number> {
  const found = [...(await listUndelivered(stores.hours)), ...(await listUndelivered(stores.alerts))];
  if (json) printJson(found);
  else printAll([...found.map(({ key, channel, error = '' }) => `${channel}  ${key}  ${error}`), undelivered(found)]);
  return exitCodes.done;
}

function undelivered({ length }: readonly Delivery[]): string {
  return `${length} ${length === 1 ? 'message' : 'messages'} that nobody took`;
}

async function sendAgain(stores: Stores): Promise<number> {
  const writer = randomUUID();
  const counts = [
    await redeliver(stores.hours, (value, deliveries) => ({ ...value, deliveries, writer })),
    await redeliver(stores.alerts, (value, deliveries) => ({ ...value, deliveries })),
  ];
  const count = counts.reduce((sum, each) => sum + each, 0);
  printLines(
    `${count} to be sent again: a running service does it within an hour, \`glueless hours --settle\` at once`,
  );
  return exitCodes.done;
}
