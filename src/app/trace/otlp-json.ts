import type { Attributes, AttributeValue, Span, SpanEvent } from './span.ts';

/** What all spans of a process have in common. */
export interface TracedProcess {
  readonly resource: Attributes;
  readonly version: string;
}

/** Numbers of the protocol's enumerations. */
const kinds = { internal: 1, consumer: 5 } as const;
const failed = 2;

/** Makes a request of OTLP/HTTP in JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export function exportRequest(spans: readonly Span[], { resource, version }: TracedProcess): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: 'glueless', version }, spans: spans.map(spanOf) }],
      },
    ],
  };
}

function spanOf({ kind, startMs, endMs, attributes, events, failure, ...span }: Span): object {
  return {
    ...span,
    kind: kinds[kind],
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: attributesOf(attributes),
    events: events.map(eventOf),
    status: failure === undefined ? {} : { code: failed, message: failure },
  };
}

function eventOf({ name, atMs, attributes }: SpanEvent): object {
  return { name, timeUnixNano: nanoseconds(atMs), attributes: attributesOf(attributes) };
}

function attributesOf(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }));
}

/** Whole numbers are 64 bits wide, and strings in JSON. */
function valueOf(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) || typeof value === 'bigint' ? { intValue: String(value) } : { doubleValue: value };
}

function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}
