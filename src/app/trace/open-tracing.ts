import { randomBytes, randomUUID } from 'node:crypto';
import type { BatchTracer } from '../../consumer/commit/tools/batch-trace.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { TracingSettings } from '../config/settings/tracing-settings.ts';
import type { Logger } from '../observe/logger.ts';
import { readVersion } from '../version/version.ts';

/** Follows batches until it is disposed of, which sends what is left. */
export interface Tracing extends AsyncDisposable {
  /** What commit tools take; empty where no traces are sent. */
  readonly tools: { readonly tracer?: BatchTracer };
}

/** Opens the way to the collector that the variables name. Without one nothing is loaded, and nothing is followed. */
export async function openTracing(settings: TracingSettings | undefined, log: Logger): Promise<Tracing> {
  const none = { tools: {}, [Symbol.asyncDispose]: () => Promise.resolve() };
  if (settings === undefined) return none;
  const { protocol, serviceName, resource, ...address } = settings;
  if (protocol !== 'http/json') {
    log.warn({ protocol, hint }, 'no traces are sent: OTEL_EXPORTER_OTLP_PROTOCOL asks for what is not spoken');
    return none;
  }
  const [{ SpanExporter }, { createTracer }] = await Promise.all([
    import('./span-exporter.ts'),
    import('./otlp-tracer.ts'),
  ]);
  const { version } = readVersion();
  const process = { 'service.name': serviceName, 'service.version': version, 'service.instance.id': randomUUID() };
  const traced = { resource: { ...process, ...resource }, version };
  const exporter = new SpanExporter({ ...address, traced, log, clock: systemClock });
  const newId = (bytes: number): string => randomBytes(bytes).toString('hex');
  return {
    tools: { tracer: createTracer({ clock: systemClock, newId, onSpan: (span) => exporter.add(span) }) },
    [Symbol.asyncDispose]: () => exporter[Symbol.asyncDispose](),
  };
}

const hint = 'set it to http/json and the endpoint to the collector’s HTTP port, which is 4318 by default';
