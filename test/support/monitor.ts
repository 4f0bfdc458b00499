import type { Hono } from 'hono';
import { onTestFinished } from 'vitest';
import { acknowledge, firstChangingHour, type Alert } from '../../src/alerts/alert.ts';
import { AlertStore } from '../../src/alerts/alert-store.ts';
import { openHourStore, type HourChange } from '../../src/hours/hour-document.ts';
import { readHours } from '../../src/hours/read-hours.ts';
import { createDuckdbQueryEngine } from '../../src/lake/duckdb-query-engine.ts';
import { deadLetterTable } from '../../src/consumer/table/dead-letters/dead-letter-table.ts';
import { PipelineData } from '../../src/monitor/pipeline/pipeline-data.ts';
import { TableQueries } from '../../src/monitor/data/table-queries.ts';
import { MonitorData } from '../../src/monitor/data/monitor-data.ts';
import type { MonitorOptions } from '../../src/monitor/monitor-options.ts';
import { createMonitorApp } from '../../src/monitor/web/create-app.ts';
import { systemClock, type Clock } from '../../src/runtime/clock.ts';
import { jsonRecords } from './chunks.ts';
import { createTestTools, openTestLake, testTable, testTopic, type TestLake } from './lake.ts';
import { TestClock } from './test-clock.ts';
import { writeBatches } from './write-batches.ts';

export const monitorNowMs = Date.parse('2026-11-23T09:40:00Z');
const testBand = { low: 36.1, high: 37.2 };

/** Names of patients that would do something if a page did not escape them. */
export const hostileNames: readonly string[] = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' OR 1=1 --`,
  `\u202egnp.exe`,
  `line\nbreak\u0000\u001b[31m`,
  `x`.repeat(10_000),
  `javascript:alert(1)`,
];

export interface TestReading {
  readonly patientId: string;
  readonly temperature: number;
  /** `09:15` of the day before now, or whole. */
  readonly eventTime: string;
  readonly deviceId?: string;
}

/** Writes readings into a lake as the service would. */
export async function lakeWithReadings(readings: readonly TestReading[]): Promise<TestLake> {
  const lake = await openTestLake();
  if (readings.length > 0) await writeBatches(createTestTools(lake), [jsonRecords(...readings)]);
  return lake;
}

/** The monitor over a folder's lake, with DuckDB, as `glueless monitor` makes it. */
export function openMonitor(
  { catalog, store }: Pick<TestLake, 'catalog' | 'store'>,
  {
    clock = clockAt(monitorNowMs),
    failures = [],
    metricsUrls = [],
    ...settings
  }: Partial<MonitorOptions> & {
    readonly clock?: Clock;
    readonly failures?: unknown[];
    readonly metricsUrls?: readonly URL[];
  } = {},
): Hono {
  const queries = new TableQueries({
    loadTables: async () => {
      const tables = await Promise.all([testTable, deadLetterTable(testTable)].map((name) => catalog.load(name)));
      return tables.filter((table) => table !== undefined);
    },
    openEngine: createDuckdbQueryEngine,
  });
  const shared = {
    queries,
    table: testTable,
    clock,
    refreshMs: 60_000,
    readHours: (since: string) => readHours({ store, table: testTable, topic: testTopic, since }),
  };
  const data = new MonitorData({
    ...shared,
    band: testBand,
    ward: { key: 'patientid', value: 'temperature' },
  });
  const pipeline = new PipelineData({ ...shared, store, topic: testTopic, metricsUrls });
  const alerts = new AlertStore(store, testTable);
  onTestFinished(() => queries.close());
  return createMonitorApp({
    settings: { url: undefined, token: undefined, refreshMs: 60_000, ...settings },
    table: testTable,
    band: testBand,
    data,
    pipeline,
    alerts: {
      list: () => Array.fromAsync(alerts.changing(firstChangingHour(clock.nowMs(), 30)), ({ value }) => value),
      acknowledge: (acknowledgement) => acknowledge(alerts, acknowledgement),
    },
    clock,
    onFailure: (error) => failures.push(error),
  });
}

/** Gets a page as a browser on this machine does. */
export async function getPage(
  app: Hono,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return app.request(`http://localhost:8080${path}`, { headers });
}

/** A clock for browsers: test records are sent on one day of 2026, where it begins, and it goes on as time does. */
export function steadyClock(): Clock {
  const startedMs = systemClock.monotonicMs();
  return { ...systemClock, nowMs: () => monitorNowMs + systemClock.monotonicMs() - startedMs };
}

/** A clock that shows this time. */
export function clockAt(nowMs: number): TestClock {
  const clock = new TestClock();
  clock.setWallClock(nowMs);
  return clock;
}

/** Notes in the lake what became of an hour: its states one after the other. */
export async function settleHour(
  { store }: TestLake,
  hour: string,
  ...states: readonly HourChange['state'][]
): Promise<void> {
  const changes = states.map((state, at) => ({
    revision: at + 1,
    state,
    at: new Date(monitorNowMs).toISOString(),
    rows: 1,
    lateRows: 0,
  }));
  const document = {
    format: 1 as const,
    hour,
    writer: 'test',
    changes,
    tabled: 0,
    evaluated: 0,
    counted: {},
    deliveries: [],
  };
  await openHourStore(store, { table: testTable, topic: testTopic }).put(hour, document);
}

/** Raises an alert in the lake. */
export async function raiseAlert({ store }: TestLake, alert: Partial<Alert> & Pick<Alert, 'id'>): Promise<void> {
  const whole: Alert = {
    format: 1,
    rule: 'temperature by patientid',
    group: 'fever',
    hour: '2026-11-23T08',
    side: 'high',
    mean: 38.5,
    samples: 12,
    lastHour: '2026-11-23T08',
    state: 'raised',
    raisedAt: '2026-11-23T09:05:00.000Z',
    deliveries: [],
    ...alert,
  };
  await new AlertStore(store, testTable).put(alert.id, whole);
}
