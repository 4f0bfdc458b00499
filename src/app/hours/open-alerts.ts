import { AlertStore } from '../../alerts/alert-store.ts';
import type { AlertRule } from '../../alerts/alert-rule.ts';
import { deliverAlerts } from '../../alerts/deliver-alerts.ts';
import { evaluateAlerts } from '../../alerts/evaluate-alerts.ts';
import { queryMeans } from '../../alerts/query-means.ts';
import { isExpired, readExpiry } from '../../consumer/ledger/notes/expired-days.ts';
import type { HourStore, StoredHour } from '../../hours/hour-document.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { AlertSettings } from '../config/settings/hours-settings.ts';
import type { Settings } from '../config/settings.ts';
import type { Lake } from '../lake/lake.ts';
import type { HourWatch } from '../observe/hour-watch.ts';
import { openAlertSenders } from './open-senders.ts';

export interface AlertsContext {
  readonly lake: Lake;
  readonly watch: HourWatch;
  readonly hours: HourStore;
  /** Unique to this process. */
  readonly writer: string;
}

export interface AlertService {
  /** Evaluates what is settled, and tells who wants to know. */
  evaluate(settled: readonly StoredHour[]): Promise<void>;
}

/** The rule of the settings, `undefined` where no column is watched. */
export function ruleOf({ column, ...rule }: AlertSettings): AlertRule | undefined {
  return column === undefined ? undefined : { column, ...rule };
}

/** Opens the alerts of the configured table. An engine is opened for each evaluation that has something to query. */
export async function openAlerts(
  settings: Pick<Settings, 'hours' | 'alerts' | 'aws' | 'table'>,
  rule: AlertRule,
  { lake, watch, hours, writer }: AlertsContext,
): Promise<AlertService> {
  const { name: table } = settings.table;
  const { provisionalMs } = settings.alerts;
  const alerts = new AlertStore(lake.store, table);
  const telling = {
    alerts,
    table,
    pastDaysMax: settings.table.pastDaysMax,
    senders: await openAlertSenders(settings),
    holder: writer,
    observer: watch.deliveries,
  };
  let lookedMs = -Infinity;
  return {
    evaluate: async (settled) => {
      const isProvisionalDue = provisionalMs !== undefined && systemClock.monotonicMs() - lookedMs >= provisionalMs;
      if (isProvisionalDue) lookedMs = systemClock.monotonicMs();
      await evaluateAlerts(settled, {
        alerts,
        hours,
        rule,
        queryMeans: (wanted) => meansFrom(lake, table, { rule, hours: wanted }),
        expiredHours: async () => {
          const before = await readExpiry(lake.store, table);
          return (hour) => isExpired(hour.split('T'), before);
        },
        nowMs: systemClock.nowMs(),
        isProvisionalDue,
        writer,
        observer: watch.alerts,
      });
      await deliverAlerts({ ...telling, nowMs: () => systemClock.nowMs() });
    },
  };
}

async function meansFrom(lake: Lake, name: string, wanted: Parameters<typeof queryMeans>[2]) {
  const table = await lake.catalog.load(name);
  if (table === undefined) return [];
  const engine = await lake.openEngine([table]);
  try {
    return await queryMeans(engine, table, wanted);
  } finally {
    await engine.close();
  }
}
