import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readSettings } from '../../../src/app/config/settings.ts';
import { openTracing } from '../../../src/app/trace/open-tracing.ts';
import { createTracer } from '../../../src/app/trace/otlp-tracer.ts';
import type { Span } from '../../../src/app/trace/span.ts';
import { SpanExporter } from '../../../src/app/trace/span-exporter.ts';
import { stepNames } from '../../../src/consumer/commit/tools/pipeline-observer.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { createTestTools, openTestLake } from '../../support/lake.ts';
import { run, topicOf } from '../../support/run-service.ts';
import { TestClock } from '../../support/test-clock.ts';
import { TraceCollector, type ReceivedSpan } from '../../support/trace-collector.ts';

/** A condition is waited for as long as a busy machine takes. */
const patient = { timeout: 30_000 };

const silent = pino({ level: 'silent' });

function createTestLog() {
  const lines: Record<string, unknown>[] = [];
  return { log: pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) }), lines };
}

async function startCollector(): Promise<TraceCollector> {
  const collector = await TraceCollector.start();
  onTestFinished(() => collector[Symbol.asyncDispose]());
  return collector;
}

const newId = (bytes: number): string => randomBytes(bytes).toString('hex');
const batch = { topic: 't', table: 't', partition: 3, from: 10n, to: 20n, reason: 'age', bytesIn: 500 } as const;

describe('traces of a service', () => {
  it('have a span for every batch of the ledger, with its steps as children', async () => {
    const collector = await startCollector();
    const variables = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url.href}otel/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b, x-tenant=ward',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    };
    {
      await using tracing = await openTracing(readSettings(variables).tracing, silent);
      const lake = await openTestLake();
      await run(topicOf(2, 60), lake, { tools: { ...createTestTools(lake), ...tracing.tools } });
    }
    expect(collector.requests[0]).toMatchObject({
      path: '/otel/v1/traces',
      headers: { 'x-key': 'a b', 'x-tenant': 'ward', 'content-type': 'application/json' },
    });
    expect(collector.resources[0]).toMatchObject({
      'service.name': 'glueless',
      'deployment.environment.name': 'test',
    });
    const batches = collector.spans.filter(({ parentSpanId }) => parentSpanId === undefined);
    const rows = batches.reduce((sum, { attributes }) => sum + Number(attributes['glueless.rows']), 0);
    expect(rows).toBe(120);
    for (const each of batches) {
      expect(each).toMatchObject({
        kind: 5,
        attributes: {
          'messaging.system': 'kafka',
          'glueless.outcome': 'committed',
          'glueless.from': expect.any(String),
        },
      });
      expect(stepsOf(each, collector).map(({ name }) => name)).toEqual(['schemas', ...stepNames]);
    }
  });

  it('say what failed, what was tried again, and show no secrets', () => {
    const spans: Span[] = [];
    const clock = new TestClock();
    const trace = createTracer({ clock, newId, onSpan: (span) => spans.push(span) }).begin(batch);
    const error = new PipelineError('STORE_UNAVAILABLE', {
      message: 'no answer of http://bob:secret@store',
      retryable: true,
    });
    const step = trace.step('put');
    step.retried(error);
    clock.pass(250);
    step.ended({ error });
    step.ended();
    clock.setWallClock(3_600_000);
    trace.ended({ kind: 'failed', error });
    const failure = 'no answer of http://(not shown)@store';
    expect(spans).toMatchObject([
      {
        name: 'put',
        failure,
        attributes: { 'error.type': 'STORE_UNAVAILABLE' },
        events: [{ name: 'retry', attributes: { 'error.type': 'STORE_UNAVAILABLE', 'exception.message': failure } }],
      },
      { name: 'commit t', failure, attributes: { 'glueless.outcome': 'failed', 'error.type': 'STORE_UNAVAILABLE' } },
    ]);
    // a clock that is set meanwhile changes no duration
    expect(spans.map(({ startMs, endMs }) => endMs - startMs)).toEqual([250, 250]);
  });

  it('are sent only where the variables ask for them', async () => {
    const { log, lines } = createTestLog();
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317' };
    const asked = [
      {},
      { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' },
      { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    ];
    for (const variables of asked) {
      await using tracing = await openTracing(readSettings(variables).tracing, log);
      expect(tracing.tools).toEqual({});
    }
    expect(lines).toMatchObject([{ level: 40, protocol: 'grpc', hint: expect.stringContaining('4318') }]);
    const exact = { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in' };
    expect(readSettings(exact).tracing?.url.href).toBe('https://traces.example/in');
    expect(() => readSettings({ OTEL_EXPORTER_OTLP_HEADERS: 'a secret without a name' })).toThrow(/got \(not shown\)/);
  });
});

function stepsOf({ traceId, spanId }: ReceivedSpan, { spans }: TraceCollector): ReceivedSpan[] {
  return spans.filter((span) => span.traceId === traceId && span.parentSpanId === spanId);
}

describe('a collector', () => {
  const open = (collector: Pick<TraceCollector, 'url'>, more: object = {}) => {
    const { log, lines } = createTestLog();
    const traced = { resource: {}, version: '1' };
    const exporter = new SpanExporter({
      url: collector.url,
      headers: {},
      timeoutMs: 10_000,
      traced,
      log,
      clock: systemClock,
      everyMs: 10,
      ...more,
    });
    const { begin } = createTracer({ clock: systemClock, newId, onSpan: (span) => exporter.add(span) });
    return { exporter, lines, commit: () => begin(batch).ended({ kind: 'theirs' }) };
  };

  it('that is away is told of once, and gets what was kept when it is back', async () => {
    const collector = await startCollector();
    collector.status = 503;
    const { exporter, lines, commit } = open(collector);
    await using _exporter = exporter;
    commit();
    await expect.poll(() => collector.requests.length, patient).toBeGreaterThan(1);
    collector.status = 200;
    await expect.poll(() => collector.spans.length, patient).toBe(1);
    await expect.poll(() => lines.length, patient).toBe(2);
    expect(lines).toMatchObject([
      { level: 40, error: 'the collector answers 503', hint: expect.stringContaining('OTEL_EXPORTER_OTLP_') },
      { level: 30, msg: 'traces are delivered again', dropped: 0 },
    ]);
  });

  it('that refuses a request does not get it again', async () => {
    const collector = await startCollector();
    collector.status = 400;
    const { exporter, commit } = open(collector);
    await using _exporter = exporter;
    commit();
    await expect.poll(() => collector.requests.length, patient).toBe(1);
    collector.status = 200;
    commit();
    await expect.poll(() => collector.spans.length, patient).toBe(1);
  });

  it('that is gone costs a bounded amount of memory, and no failure', async () => {
    const gone = await TraceCollector.start();
    const { url } = gone;
    await gone[Symbol.asyncDispose]();
    const { exporter, lines, commit } = open({ url });
    for (let count = 0; count < 3000; count++) commit();
    await expect
      .poll(() => lines, patient)
      .toMatchObject([{ level: 40, error: expect.stringContaining('ECONNREFUSED') }]);
    await exporter[Symbol.asyncDispose]();
  });

  it('that never answers does not hold up the end', async () => {
    const collector = await startCollector();
    collector.status = undefined;
    const { exporter, commit } = open(collector, { timeoutMs: 600_000, lastMs: 50 });
    commit();
    await expect.poll(() => collector.requests.length, patient).toBe(1);
    await exporter[Symbol.asyncDispose]();
  });
});
