import type { Hono } from 'hono';
import { onTestFinished } from 'vitest';
import { createDuckdbQueryEngine } from '../../src/lake/duckdb-query-engine.ts';
import { MonitorData } from '../../src/monitor/data/monitor-data.ts';
import type { MonitorOptions } from '../../src/monitor/monitor-options.ts';
import { createMonitorApp } from '../../src/monitor/web/create-app.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { jsonRecords } from './chunks.ts';
import { createTestTools, openTestLake, testTable, type TestLake } from './lake.ts';
import { TestClock } from './test-clock.ts';
import { writeBatches } from './write-batches.ts';

export const monitorNowMs = Date.parse('2026-11-23T09:40:00Z');
export const testBand = { low: 36.1, high: 37.2 };

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
  { catalog }: Pick<TestLake, 'catalog'>,
  {
    clock = clockAt(monitorNowMs),
    failures = [],
    ...settings
  }: Partial<MonitorOptions> & { readonly clock?: Clock; readonly failures?: unknown[] } = {},
): Hono {
  const data = new MonitorData({
    lake: {
      loadTables: async () => {
        const tables = await Promise.all([testTable, `${testTable}_dead_letters`].map((name) => catalog.load(name)));
        return tables.filter((table) => table !== undefined);
      },
      openEngine: createDuckdbQueryEngine,
    },
    table: testTable,
    band: testBand,
    clock,
    refreshMs: 60_000,
  });
  onTestFinished(() => data.close());
  return createMonitorApp({
    settings: { url: undefined, token: undefined, refreshMs: 60_000, ...settings },
    table: testTable,
    band: testBand,
    data,
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

function clockAt(nowMs: number): Clock {
  const clock = new TestClock();
  clock.setWallClock(nowMs);
  return clock;
}
