import type { Config } from '../config.ts';

/** When hours are settled, and who is told of them. */
export interface HourSettings {
  /** How often the service settles hours; never when left out. */
  readonly everyMs: number | undefined;
  readonly latenessMs: number;
  readonly idleMs: number;
  readonly webhook: WebhookSettings | undefined;
  readonly eventBus: string | undefined;
}

export interface WebhookSettings {
  readonly url: string;
  readonly token: string | undefined;
}

/** The rule of alerts, and who is told of them. */
export interface AlertSettings {
  /** No alerts when left out. */
  readonly column: string | undefined;
  readonly group: string;
  readonly low: number;
  readonly high: number;
  readonly samplesMin: number;
  readonly hysteresis: number;
  /** How often hours that fill are looked at; never when left out. */
  readonly provisionalMs: number | undefined;
  readonly webhook: WebhookSettings | undefined;
  readonly snsTopic: string | undefined;
}

export function hourSettings(config: Config): HourSettings {
  const every = config.HOURS_EVERY_SECONDS;
  return {
    everyMs: every === undefined ? undefined : every * 1000,
    latenessMs: config.HOURS_LATENESS_SECONDS * 1000,
    idleMs: config.WATERMARK_IDLE_SECONDS * 1000,
    webhook: webhookOf(config.HOURS_WEBHOOK_URL, config),
    eventBus: config.HOURS_EVENT_BUS,
  };
}

export function alertSettings(config: Config): AlertSettings {
  const provisional = config.ALERT_PROVISIONAL_SECONDS;
  return {
    // names of columns are in lower case
    column: config.ALERT_COLUMN?.toLowerCase(),
    group: config.ALERT_GROUP.toLowerCase(),
    low: config.ALERT_LOW,
    high: config.ALERT_HIGH,
    samplesMin: config.ALERT_SAMPLES_MIN,
    hysteresis: config.ALERT_HYSTERESIS,
    provisionalMs: provisional === 0 ? undefined : provisional * 1000,
    webhook: webhookOf(config.ALERT_WEBHOOK_URL, config),
    snsTopic: config.ALERT_SNS_TOPIC,
  };
}

function webhookOf(url: string | undefined, { WEBHOOK_TOKEN: token }: Config): WebhookSettings | undefined {
  return url === undefined ? undefined : { url, token };
}
