import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { writeAuditNote } from '../../../src/consumer/audit/audit-note.ts';
import { accessibilityProblems, askDocument } from '../../support/accessibility.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { createTestTools, openTestLake, testTable, testTopic, type TestLake } from '../../support/lake.ts';
import { clockAt, getPage, lakeWithReadings, openMonitor, settleHour } from '../../support/monitor.ts';
import { writeBatches } from '../../support/write-batches.ts';
import { listenHere } from '../../support/listen-here.ts';

const hostile = `"><script>alert(1)</script>`;

/** A lake with two batches that were committed just now: the second brings a column and a dead letter. */
async function lakeWithBatches(): Promise<TestLake> {
  const lake = await openTestLake();
  const reading = { patientId: 'a', temperature: 36.5, eventTime: new Date().toISOString() };
  const second = [...jsonRecords({ ...reading, humidity: 40 }), { value: Buffer.from(`${hostile}\u0000\u202e`) }];
  await writeBatches(createTestTools(lake), [jsonRecords(reading, reading, reading), second]);
  return lake;
}

const now = () => ({ clock: clockAt(Date.now()) });

const tiles = (html: string): unknown =>
  askDocument(
    html,
    `Object.fromEntries([...document.querySelectorAll('.tiles li')].map((tile) => [tile.querySelector('.label').textContent, tile.querySelector('strong').textContent.trim()]))`,
  );

/** Serves a page of metrics, as a consumer does. */
async function serveMetrics(text: string): Promise<URL> {
  return new URL(`http://127.0.0.1:${await listenHere(createServer((_, response) => response.end(text)))}/metrics`);
}

describe('the pipeline', () => {
  it('shows what the ledger says of batches, files, columns and dead letters', async () => {
    const html = await (await getPage(openMonitor(await lakeWithBatches(), now()), '/pipeline')).text();
    expect(askDocument(html, `document.querySelector('h1').textContent`)).toBe('Pipeline');
    expect(tiles(html)).toMatchObject({ Records: '5', Lag: 'not known', Audit: 'never', Hours: 'not settled' });
    const columns = askDocument(
      html,
      `[...document.querySelectorAll('[aria-label=Columns] tbody tr')].map((row) => row.textContent.replace(/\\s+/g, ' ').trim())`,
    );
    expect(columns).toContainEqual(expect.stringMatching(/^humidity double partition 0, offsets from 3 \d+ s ago$/));
    expect(askDocument(html, `document.querySelector('.dead-letters pre').textContent`)).toContain(
      '22 3e 3c 73 63 72 69 70 74 3e',
    );
    expect(askDocument(html, `document.querySelectorAll('script:not([src])').length`)).toBe(0);
    expect(html).not.toContain('\u202e');
    expect(await accessibilityProblems(html)).toEqual([]);
  });

  it('adds up what the consumers say of themselves, and tells of one that does not answer', async () => {
    const metrics = (lag: number, days: number) => `glueless_lag_records{partition="0"} ${lag}
glueless_lag_records{topic="another",partition="0"} 1000
glueless_lag_records{topic="${testTopic}",partition="1"} 0
glueless_behind_seconds{partition="0"} 3
glueless_certificate_days_left ${days}
glueless_records_total{fate="row"} 1000000
glueless_aws_requests_total{service="S3",operation="PutObject"} 3000
`;
    const gone = new URL('http://127.0.0.1:1/metrics');
    const metricsUrls = [await serveMetrics(metrics(10, 80)), await serveMetrics(metrics(5, 7.5)), gone];
    const html = await (
      await getPage(openMonitor(await lakeWithBatches(), { ...now(), metricsUrls }), '/pipeline')
    ).text();
    expect(tiles(html)).toMatchObject({ Consumers: '2 of 3', Lag: '15', Certificate: '7 d', Requests: '$ 0.02' });
    expect(askDocument(html, `[...document.querySelectorAll('.bad .label')].map((each) => each.textContent)`)).toEqual([
      'Consumers',
      'Certificate',
    ]);
  });

  it('shows the last audit that left a note, and the newest complete hour', async () => {
    const lake = await lakeWithBatches();
    const at = new Date().toISOString();
    await settleHour(lake, at.slice(0, 13), 'complete');
    const note = { format: 1 as const, at, findings: 2, records: 5, scope: 'every object read' };
    await writeAuditNote(lake.store, { table: testTable, topic: testTopic }, { ...note, findings: 0 });
    await writeAuditNote(lake.store, { table: testTable, topic: testTopic }, note);
    const html = await (await getPage(openMonitor(lake, now()), '/pipeline')).text();
    expect(tiles(html)).toMatchObject({
      Audit: '2 findings',
      'Newest complete hour': `${at.slice(5, 10)} ${at.slice(11, 13)}:00`,
    });
  });

  it('is shown whatever the note of an audit has become', async () => {
    const lake = await lakeWithBatches();
    await lake.store.put(`_verify/${testTable}/${testTopic}.json`, Buffer.from('{"format":1,'));
    const html = await (await getPage(openMonitor(lake, now()), '/pipeline')).text();
    expect(tiles(html)).toMatchObject({ Audit: 'never' });
  });

  it('sends what has changed as events', async () => {
    const response = await getPage(openMonitor(await lakeWithBatches(), now()), '/pipeline/events');
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString()).toMatch(/^event: pipeline\ndata: <ul class="tiles"/);
    await reader?.cancel();
  });
});

describe('any table', () => {
  const rows = [
    { patientId: 'a', temperature: 36.5, eventTime: '2026-11-23T09:10:00Z' },
    { patientId: 'a', temperature: 37.5, eventTime: '2026-11-23T09:20:00Z' },
    { patientId: 'b', temperature: 30, eventTime: '2026-11-23T08:20:00Z' },
  ];

  it('is shown by the hour, for a number and a key of one’s choice', async () => {
    const app = openMonitor(await lakeWithReadings(rows));
    const html = await (await getPage(app, '/table?value=temperature&key=patientid')).text();
    const shown = askDocument(
      html,
      `[...document.querySelectorAll('tbody tr')].map((row) => row.textContent.replace(/\\s+/g, ' ').trim())`,
    );
    expect(shown).toEqual(['a 37.00 36.50 37.50 2', 'b 30.00 30.00 30.00 1']);
    expect(await accessibilityProblems(html)).toEqual([]);
    const byPartition = await (await getPage(app, '/table?value=kafka_offset&key=kafka_partition')).text();
    expect(askDocument(byPartition, `document.querySelector('tbody tr th').textContent`)).toBe('0');
  });

  it('begins with the first columns that fit, also for names that are not there', async () => {
    const app = openMonitor(await lakeWithReadings(rows));
    const html = await (await getPage(app, `/table?value=${encodeURIComponent('temperature"; DROP')}&key=x`)).text();
    expect(askDocument(html, `[...document.querySelectorAll('select')].map((each) => each.value)`)).toEqual([
      'temperature',
      'patientid',
    ]);
  });
});
