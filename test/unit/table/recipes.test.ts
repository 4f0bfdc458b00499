import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { recipeOf } from '../../../src/app/write/recipe-of-settings.ts';
import { readSettings } from '../../../src/app/config/settings.ts';
import { createDuckdbQueryEngine } from '../../../src/lake/duckdb-query-engine.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import type { TestRecord } from '../../support/chunks.ts';
import { createTestTools, openTestLake, testTable } from '../../support/lake.ts';
import { run } from '../../support/run-service.ts';

const page = readFileSync('docs/recipes.md', 'utf8');

/** The first block of a language in the page's section. */
function blockOf(language: string, section: string): string {
  const text = page.split(/^## /m).find((each) => each.startsWith(`${section}\n`)) ?? '';
  const found = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(text)?.[1];
  if (found === undefined) throw new Error(`docs/recipes.md has no ${language} in ${section}`);
  return found;
}

/** Writes the messages by the variables of the page; answers with an engine that has the page's table. */
async function write(section: string, messages: readonly TestRecord[]) {
  const environment = Object.fromEntries(
    blockOf('sh', section)
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const settings = readSettings(environment);
  const topic = new FakeTopic(1);
  topic.append(0, ...messages);
  const lake = await openTestLake();
  const { placement, ...recipe } = recipeOf(settings);
  await run(topic, lake, { tools: createTestTools({ ...lake, recipe, placement }) });
  const engine = await createDuckdbQueryEngine([
    { name: settings.table.name, location: lake.store.uri(`${testTable}/`) },
  ]);
  onTestFinished(() => engine.close());
  return { engine, lake };
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** What Debezium 3 writes for a table of PostgreSQL, without schemas. */
function change(op: 'r' | 'c' | 'u' | 'd', before: object | null, after: object | null, tsMs: number): TestRecord {
  const source = {
    version: '3.0.0.Final',
    connector: 'postgresql',
    name: 'shop',
    ts_ms: tsMs,
    snapshot: op === 'r' ? 'first' : 'false',
    db: 'shop',
    sequence: '["24023119","24023128"]',
    ts_us: tsMs * 1000,
    ts_ns: tsMs * 1_000_000,
    schema: 'public',
    table: 'orders',
    txId: 555,
    lsn: 24_023_128,
    xmin: null,
  };
  const sent = tsMs + 250;
  const value = {
    before,
    after,
    source,
    transaction: null,
    op,
    ts_ms: sent,
    ts_us: sent * 1000,
    ts_ns: sent * 1_000_000,
  };
  return { value: json(value), key: JSON.stringify({ id: Object(after ?? before).id }), timestampMs: sent };
}

it('shows by a view what a table holds whose changes Debezium writes', async () => {
  const at = Date.UTC(2026, 10, 26, 8, 59, 59, 900);
  const order = (id: number, total: string, more = {}) => ({ id, customer: `c${id}`, total, ...more });
  const { engine, lake } = await write('Debezium', [
    change('r', null, order(1, '10.00'), at),
    change('c', null, order(2, '20.00'), at),
    change('u', order(2, '20.00'), order(2, '25.50'), at),
    change('c', null, order(3, '30.00', { note: 'a new column' }), at),
    change('d', order(1, '10.00'), null, at),
    { value: null, key: JSON.stringify({ id: 1 }) },
  ]);
  await engine.query(blockOf('sql', 'Debezium'));
  expect(await engine.query('SELECT * FROM orders ORDER BY id')).toEqual([
    { id: 2n, customer: 'c2', total: '25.50' },
    { id: 3n, customer: 'c3', total: '30.00' },
  ]);
  const columns = (await lake.catalog.load(testTable))?.columns.map(({ name }) => name);
  expect(columns).not.toContain('transaction');
  // the hour of the change, not of the message
  const hours = await engine.query('SELECT DISTINCT event_hour FROM orders_changes');
  expect(hours).toEqual([{ event_hour: '08' }]);
});

/** An event as the CloudEvents SDKs write it in structured mode. */
const event = (id: string, type: string, data: unknown) => ({
  specversion: '1.0',
  id,
  source: '/shop',
  type,
  datacontenttype: 'application/json',
  time: '2026-11-26T09:15:02.120Z',
  data,
});

it('makes rows of CloudEvents in structured mode, with their data as a struct', async () => {
  const { engine } = await write('CloudEvents in the message', [
    { value: json(event('1', 'order.paid', { amount: 12.5 })) },
    { value: json(event('2', 'order.paid', { amount: 7 })) },
    { value: json({ ...event('3', 'order.left', { reason: 'none' }), traceparent: '00-ab' }) },
  ]);
  expect(await engine.query(blockOf('sql', 'CloudEvents in the message'))).toEqual([
    { event_type: 'order.left', events: 1n, largest: null },
    { event_type: 'order.paid', events: 2n, largest: 12.5 },
  ]);
  expect(await engine.query('SELECT DISTINCT event_hour FROM events')).toEqual([{ event_hour: '09' }]);
});

it('keeps the attributes of CloudEvents in binary mode beside their data', async () => {
  const headers = (id: string) => ({
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: 'payment.made',
    ce_source: '/till/7',
    ce_time: '2026-11-26T09:15:02Z',
    'content-type': 'application/json',
  });
  const paidAt = '2026-11-26T07:00:00Z';
  const { engine } = await write('CloudEvents in headers', [
    { value: json({ amount: 5, paidAt }), headers: headers('1'), timestampMs: Date.parse(paidAt) },
    { value: json({ amount: 6, paidAt }), headers: headers('2'), timestampMs: Date.parse(paidAt) },
  ]);
  const sql = blockOf('sql', 'CloudEvents in headers').replace('json_extract_scalar', 'json_extract_string');
  expect(await engine.query(sql)).toEqual([{ event_type: 'payment.made', total: 11 }]);
  expect(await engine.query('SELECT kafka_headers FROM payments ORDER BY kafka_offset LIMIT 1')).toEqual([
    { kafka_headers: '{"ce_id":"1","ce_type":"payment.made","ce_source":"/till/7","ce_time":"2026-11-26T09:15:02Z"}' },
  ]);
});

it('puts ids together that lie in two columns', async () => {
  const at = '2026-11-26T07:00:00Z';
  const ids = ['7', '9007199254740991', '9007199254740993', '1234567890123456789', '7'];
  const { engine } = await write(
    'Ids of many digits',
    ids.map((id) => ({ value: `{"id":${id},"at":"${at}"}` })),
  );
  expect(await engine.query(blockOf('sql', 'Ids of many digits'))).toEqual([
    { id: '1234567890123456789', records: 1n },
    { id: '7', records: 2n },
    { id: '9007199254740991', records: 1n },
    { id: '9007199254740993', records: 1n },
  ]);
});
