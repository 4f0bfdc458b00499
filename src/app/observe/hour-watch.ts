import type { AlertObserver } from '../../alerts/evaluate-alerts.ts';
import type { HourObserver } from '../../hours/hour-writer.ts';
import type { DeliveryObserver } from '../../outbox/deliver.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** Logs and counts what becomes of hours, and of the messages about them. */
export interface HourWatch {
  readonly hours: HourObserver;
  readonly alerts: AlertObserver;
  readonly deliveries: DeliveryObserver;
}

export function watchHours(log: Logger, metrics?: Metrics): HourWatch {
  /** Hours whose means were warned of: one that fills is looked at every minute. */
  const warned = new Set<string>();
  return {
    hours: {
      changed: (hour, { state, rows, lateRows }) => {
        metrics?.hourChanges.inc({ state });
        if (state === 'filling') return;
        log.info({ hour, rows, lateRows }, state === 'complete' ? 'hour is complete' : 'late rows reopened the hour');
      },
    },
    alerts: {
      changed: ({ id, rule, state, mean, samples, lastHour }) => {
        metrics?.alertChanges.inc({ state });
        if (state !== 'provisional') log.info({ id, rule, state, mean, samples, hour: lastHour }, 'alert has changed');
      },
      leftOut: (samples) => {
        const hours = [...new Set(samples.map(({ hour }) => hour))];
        if (hours.every((hour) => warned.has(hour))) return;
        for (const hour of hours) warned.add(hour);
        const groups = [...new Set(samples.map(({ group }) => group))].slice(0, groupsMax);
        log.warn({ hours, groups, hint: leftOutHint }, 'means that are no finite number are left out of the alerts');
      },
    },
    deliveries: {
      sent: ({ key, channel }) => {
        metrics?.deliveries.inc({ channel, result: 'sent' });
        log.info({ key, channel }, 'message sent');
      },
      failed: ({ key, channel, state, attempts, error, notBefore }) => {
        metrics?.deliveries.inc({ channel, result: state === 'dead' ? 'dead' : 'failed' });
        const about = { key, channel, attempts, error };
        if (state === 'dead') log.error({ ...about, hint: deadHint }, 'message was not taken, it is not sent again');
        else log.warn({ ...about, notBefore }, 'message was not taken, it is sent again');
      },
    },
  };
}

/** Most groups that one warning names. */
const groupsMax = 10;

const leftOutHint =
  'look at the values of ALERT_COLUMN of these groups and hours: NaN, Infinity, or too large to add up';

const deadHint = 'mend the receiver, then `glueless alerts --redeliver` sends it again; `--undelivered` lists them';
