export type AttributeValue = string | number | bigint | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** What happened once within a span. */
export interface SpanEvent {
  readonly name: string;
  readonly atMs: number;
  readonly attributes: Attributes;
}

/** Work with a beginning and an end, in Unix time, as OpenTelemetry has it. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** A batch consumes messages; its steps are inside of it. */
  readonly kind: 'consumer' | 'internal';
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  /** Why the work failed; left out: it did not. */
  readonly failure?: string;
}
