import type { Config } from '../config.ts';

/** Where traces of batches go. */
export interface TracingSettings {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly serviceName: string;
  readonly resource: Readonly<Record<string, string>>;
  /** Traces are sent in JSON; the variables may ask for what the program does not speak. */
  readonly protocol: Config['OTEL_EXPORTER_OTLP_PROTOCOL'];
}

/** `undefined` where no traces are asked for. */
export function tracingSettings(config: Config): TracingSettings | undefined {
  const base = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  const url =
    config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base && new URL(`${base.href.replace(/\/$/, '')}/v1/traces`));
  if (url === undefined || config.OTEL_SDK_DISABLED) return undefined;
  return {
    url,
    headers: config.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    timeoutMs: config.OTEL_EXPORTER_OTLP_TIMEOUT,
    serviceName: config.OTEL_SERVICE_NAME,
    resource: config.OTEL_RESOURCE_ATTRIBUTES ?? {},
    protocol: config.OTEL_EXPORTER_OTLP_PROTOCOL,
  };
}
