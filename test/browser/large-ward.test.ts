import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { openBrowser, openPage } from '../../scripts/docs/open-browser.ts';
import { serveMonitor } from '../../src/monitor/web/serve.ts';
import { createDuckdbQueryEngine } from '../../src/lake/duckdb-query-engine.ts';
import { quoteText } from '../../src/report/query-engine.ts';
import { parseColumns } from '../../src/schema/types/hive-ddl.ts';
import { openTestLake, testTable, type TestLake } from '../support/lake.ts';
import { monitorNowMs, openMonitor, steadyClock } from '../support/monitor.ts';

const patients = 10_000;
const days = 90;
const opensWithinMs = 2000;

/** A reading an hour of every patient, in Hive partitions of the hour as the service writes them; DuckDB writes them in a minute. */
async function largeLake(): Promise<TestLake> {
  const lake = await openTestLake();
  const folder = join(lake.root, testTable);
  const engine = await createDuckdbQueryEngine([]);
  const start = new Date(monitorNowMs - days * 86_400_000).toISOString().slice(0, 13).replace('T', ' ');
  await engine.query(`COPY (
    SELECT 'patient-' || lpad(p::varchar, 5, '0') AS patientid,
           round(36.5 + (hash(p, h) % 60) / 100 + CASE WHEN hash(p, h // 8) % 50 = 0 THEN 1.5 ELSE 0 END, 1) AS temperature,
           hour AS eventtime, strftime(hour, '%Y-%m-%d') AS event_date, strftime(hour, '%H') AS event_hour
    FROM (SELECT p, h, TIMESTAMP '${start}:00:00' + to_hours(h) AS hour FROM range(${days * 24} + 1) t(h), range(${patients}) q(p))
    ORDER BY h
  ) TO ${quoteText(folder)} (FORMAT parquet, PARTITION_BY (event_date, event_hour), COMPRESSION zstd)`);
  await engine.close();
  await lake.catalog.create({
    name: testTable,
    columns: parseColumns('patientid string, temperature double, eventtime timestamp'),
    partitionKeys: parseColumns('event_date string, event_hour string'),
    location: `${pathToFileURL(folder).href}/`,
    parameters: {},
  });
  return lake;
}

it('opens a ward of 10,000 patients with 90 days within two seconds from a warm cache, and shows the most urgent', async () => {
  const app = openMonitor(await largeLake(), { clock: steadyClock(), refreshMs: 3_600_000 });
  const server = await serveMonitor(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const base = `http://127.0.0.1:${server.port}`;
  const open = async (path: string): Promise<number> => {
    const startMs = performance.now();
    const page = await openPage(browser, `${base}${path}`, {
      name: 'desktop',
      width: 1280,
      height: 900,
      scheme: 'light',
    });
    const cards = await page.$$eval('.ward > li', (items) => items.length);
    const tookMs = performance.now() - startMs;
    expect(cards).toBe(path.includes('q=') ? 1 : 60);
    await page.close();
    return tookMs;
  };
  const coldMs = await open('/');
  const warmMs = [await open('/'), await open('/?page=100'), await open('/?q=patient-00077')];
  console.log(`cold ${Math.round(coldMs)} ms, warm ${warmMs.map(Math.round).join(', ')} ms`);
  expect(Math.max(...warmMs)).toBeLessThan(opensWithinMs);
});
