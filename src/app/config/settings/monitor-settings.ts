import type { Config } from '../config.ts';

/** How the monitor is served. */
export interface MonitorSettings {
  readonly host: string;
  readonly port: number;
  /** Address under which browsers reach it, when that is not this machine's own: its path is where the pages begin. */
  readonly url: URL | undefined;
  /** What opens the right to acknowledge; left out: the monitor is read only. */
  readonly token: string | undefined;
  /** Age at which numbers are asked for again. */
  readonly refreshMs: number;
  /** Addresses of the consumers' metrics. */
  readonly metricsUrls: readonly URL[];
}

/** The monitor's port where HTTP_PORT is not set: it serves HTTP or nothing. */
const portDefault = 8080;

export function monitorSettings(config: Config): MonitorSettings {
  return {
    host: config.HTTP_HOST,
    port: config.HTTP_PORT ?? portDefault,
    url: config.MONITOR_URL,
    token: config.MONITOR_TOKEN,
    refreshMs: config.MONITOR_REFRESH_SECONDS * 1000,
    metricsUrls: config.MONITOR_METRICS_URL ?? [],
  };
}
