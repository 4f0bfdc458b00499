import type {
  BatchEnd,
  BatchTrace,
  BatchTracer,
  StepTrace,
  TracedBatch,
} from '../../consumer/commit/tools/batch-trace.ts';
import type { StepName } from '../../consumer/commit/tools/pipeline-observer.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, PipelineError } from '../../runtime/errors.ts';
import { redact } from '../../runtime/redact.ts';
import type { Attributes, Span, SpanEvent } from './span.ts';

export interface TracerOptions {
  readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  /** Makes random ids of so many bytes, in hexadecimal. */
  readonly newId: (bytes: number) => string;
  readonly onSpan: (span: Span) => void;
}

/** Makes a trace of every batch: a span for the batch, with a child for each of its steps. */
export function createTracer(options: TracerOptions): BatchTracer {
  return { begin: (batch) => beginBatch(batch, options) };
}

function beginBatch(batch: TracedBatch, options: TracerOptions): BatchTrace {
  const { clock, newId, onSpan } = options;
  const ids = { traceId: newId(16), spanId: newId(8) };
  const time = stopwatch(clock);
  return {
    step: (name) => beginStep(name, { traceId: ids.traceId, parentSpanId: ids.spanId }, options),
    ended: (end) =>
      onSpan({
        ...ids,
        ...time(),
        name: `commit ${batch.topic}`,
        kind: 'consumer',
        attributes: { ...attributesOf(batch), ...attributesAtEnd(end) },
        events: [],
        ...(end.kind === 'failed' && { failure: textOf(end.error) }),
      }),
  };
}

function beginStep(
  name: StepName,
  parent: Pick<Span, 'traceId' | 'parentSpanId'>,
  { clock, newId, onSpan }: TracerOptions,
): StepTrace {
  const time = stopwatch(clock);
  const events: SpanEvent[] = [];
  let isOver = false;
  return {
    retried: (error) => {
      events.push({ name: 'retry', atMs: clock.nowMs(), attributes: failureOf(error) });
    },
    ended: (failure) => {
      if (isOver) return;
      isOver = true;
      const outcome =
        failure === undefined
          ? { attributes: {} }
          : { attributes: codeOf(failure.error), failure: textOf(failure.error) };
      onSpan({ ...parent, spanId: newId(8), ...time(), name, kind: 'internal', events, ...outcome });
    },
  };
}

/** Takes the time from now on: the clock that tells dates may be set meanwhile. */
function stopwatch(clock: TracerOptions['clock']): () => Pick<Span, 'startMs' | 'endMs'> {
  const startMs = clock.nowMs();
  const from = clock.monotonicMs();
  return () => ({ startMs, endMs: startMs + clock.monotonicMs() - from });
}

function attributesOf({ topic, table, partition, from, to, reason, bytesIn }: TracedBatch): Attributes {
  return {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.destination.name': topic,
    'messaging.destination.partition.id': String(partition),
    'glueless.table': table,
    'glueless.from': from,
    'glueless.to': to,
    'glueless.reason': reason,
    'glueless.bytes_in': bytesIn,
  };
}

function attributesAtEnd(end: BatchEnd): Attributes {
  if (end.kind === 'failed') return { 'glueless.outcome': end.kind, ...codeOf(end.error) };
  if (end.kind === 'theirs') return { 'glueless.outcome': end.kind };
  const { outcome, generation, to, reason } = end.entry;
  const { records, rows, deadLetters, tombstones, objects } = outcome;
  return {
    'glueless.outcome': end.kind,
    // a batch may end earlier than it was cut
    'glueless.to': to,
    'glueless.reason': reason,
    'messaging.batch.message_count': records,
    'glueless.rows': rows,
    'glueless.dead_letters': deadLetters,
    'glueless.tombstones': tombstones,
    'glueless.objects': objects.length,
    'glueless.bytes_out': objects.reduce((sum, { bytes }) => sum + bytes, 0),
    'glueless.generation': generation,
  };
}

function failureOf(error: unknown): Attributes {
  return { ...codeOf(error), 'exception.message': textOf(error) };
}

function codeOf(error: unknown): Attributes {
  return { 'error.type': error instanceof PipelineError ? error.code : 'other' };
}

function textOf(error: unknown): string {
  return redact(messageOf(error));
}
