import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRestCatalog, type RestCatalogServer } from '../../src/devstack/rest-catalog.ts';
import { createIcebergTables } from '../../src/iceberg/catalogs/iceberg-tables.ts';
import { TableFiles } from '../../src/iceberg/manifests/table-files.ts';
import { noAuthorization, oauthTokens } from '../../src/iceberg/catalogs/rest-authorization.ts';
import { createRestCatalog } from '../../src/iceberg/catalogs/rest-catalog.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { jsonRecords } from '../support/chunks.ts';
import { loadHttpfs } from '../support/duckdb-s3.ts';
import { startFaultyProxy, type Fault, type Request } from '../support/faulty-proxy.ts';
import { Gate } from '../support/gate.ts';
import { openDuckdbWithIceberg, readWithPyiceberg } from '../support/iceberg-readers.ts';
import { commitRows, createIcebergTools, runIceberg } from '../support/iceberg-service.ts';
import { audit, openTestLake, temporaryFolder, testTable } from '../support/lake.ts';
import { maintainLake } from '../support/maintain-lake.ts';
import { topicOf } from '../support/run-service.ts';
import { writeBatches } from '../support/write-batches.ts';
import { openFaultyCommits } from './faulty-commits.ts';
import { describeIcebergCatalog } from './iceberg-catalog-contract.ts';

let server: RestCatalogServer;
beforeAll(async () => {
  server = await startRestCatalog();
});
afterAll(() => server.stop());

async function openOnRest() {
  const database = `db_${Math.random().toString(36).slice(2)}`;
  const { uri } = server;
  return {
    location: `${pathToFileURL(await temporaryFolder()).href}/`,
    open: (through = uri, authorization = noAuthorization) =>
      createRestCatalog({ uri: through, warehouse: '', database, authorization }),
    drop: async (table: string) => {
      await fetch(`${uri}/v1/namespaces/${database}/tables/${table}`, { method: 'DELETE' });
    },
  };
}

describeIcebergCatalog('REST, by the classes of Apache Iceberg', openOnRest);

describe('a commit over REST', () => {
  const isCommit = ({ method, path }: Request): boolean => method === 'POST' && path.endsWith('/readings');
  const setup = async () => openFaultyCommits(await openOnRest(), { endpoint: server.uri, isCommit });
  const open = { code: 'CATALOG_UNAVAILABLE', retryable: true };

  it.each<[string, Fault]>([
    ['lost', { kind: 'lost-answer' }],
    ['cut off', { kind: 'cut-answer' }],
    ['damaged', { kind: 'changed', answer: (body) => body.subarray(0, body.length >> 1) }],
  ])('took place when its answer is %s', async (_how, fault) => {
    const { commitWith, snapshots } = await setup();
    expect((await commitWith(1n, fault)).kind).toBe('committed');
    expect(await snapshots()).toEqual([1n]);
  });

  it.each<[string, Fault]>([
    ['reset', { kind: 'reset' }],
    ['refused by a gateway', { kind: 'answer', status: 502, code: 'x' }],
    ['slowed down', { kind: 'answer', status: 429, code: 'x' }],
  ])('is open when it was %s, and the next one is a commit of its own', async (_how, fault) => {
    const { commitWith, snapshots } = await setup();
    await expect(commitWith(1n, fault)).rejects.toMatchObject(open);
    expect(await snapshots()).toEqual([]);
    expect((await commitWith(2n)).kind).toBe('committed');
    expect(await snapshots()).toEqual([2n]);
  });

  it('never takes place when it arrives after another commit', async () => {
    const { commitWith, snapshots } = await setup();
    const gate = new Gate();
    await expect(commitWith(1n, { kind: 'late', gate })).rejects.toMatchObject(open);
    expect((await commitWith(2n)).kind).toBe('committed');
    await gate.letThrough();
    expect(await snapshots()).toEqual([2n]);
  });

  it('is in the table when it arrives late and alone', async () => {
    const { commitWith, snapshots } = await setup();
    const gate = new Gate();
    await expect(commitWith(1n, { kind: 'late', gate })).rejects.toMatchObject(open);
    await gate.letThrough();
    expect(await snapshots()).toEqual([1n]);
    expect((await commitWith(2n)).kind).toBe('conflict');
  });
});

describe('an answer over REST that says nothing about the table', () => {
  it.each<[string, Fault, object]>([
    ['a proxy’s 404', { kind: 'answer', status: 404, code: 'x' }, { code: 'CATALOG_UNAVAILABLE', retryable: false }],
    ['a refusal', { kind: 'answer', status: 403, code: 'x' }, { code: 'CATALOG_DENIED', retryable: false }],
    [
      'a refusal of the token',
      { kind: 'answer', status: 401, code: 'x' },
      { code: 'CATALOG_DENIED', retryable: false },
    ],
    ['a damaged one', { kind: 'cut-answer' }, { code: 'CATALOG_UNAVAILABLE', retryable: true }],
  ])('is no missing table: %s', async (_what, fault, expected) => {
    const opened = await openOnRest();
    const proxy = await startFaultyProxy(server.uri, ({ path }) => (path.endsWith('/tables/t') ? fault : undefined));
    await expect(opened.open(proxy.endpoint).load('t')).rejects.toMatchObject(expected);
    expect(proxy.faults()).toBeGreaterThan(0);
    expect(await opened.open().load('t')).toBeUndefined();
  });
});

describe('tokens of OAuth for a catalog over REST', () => {
  it('are asked for once, sent along, and asked for anew after a refusal', async () => {
    const { open } = await openOnRest();
    let asked = 0;
    let refusals = 1;
    const proxy = await startFaultyProxy(server.uri, ({ path }): Fault | undefined => {
      if (path.endsWith('/oauth/tokens')) asked++;
      else if (path.endsWith('/tables/t') && refusals-- > 0) return { kind: 'answer', status: 401, code: 'x' };
      return undefined;
    });
    const authorization = oauthTokens(
      { tokenUrl: `${proxy.endpoint}/v1/oauth/tokens`, clientId: 'glueless', clientSecret: 'x', scope: 'catalog' },
      systemClock,
    );
    const catalog = open(proxy.endpoint, authorization);
    expect(await catalog.load('t')).toBeUndefined();
    expect(await catalog.load('t')).toBeUndefined();
    expect(asked).toBe(2);
  });
});

describe('the service with a REST catalog', () => {
  it('commits what it writes though requests get lost, fail and come late, and PyIceberg finds it there', async () => {
    const lake = await openTestLake();
    const database = `db_${Math.random().toString(36).slice(2)}`;
    const gate = new Gate();
    const faults: Fault[] = [{ kind: 'late', gate }, { kind: 'reset' }, { kind: 'lost-answer' }];
    const proxy = await startFaultyProxy(server.uri, ({ method, path }) =>
      method === 'POST' && path.endsWith(`/${testTable}`) ? faults.shift() : undefined,
    );
    const options = { warehouse: '', database, authorization: noAuthorization };
    const iceberg = createRestCatalog({ ...options, uri: proxy.endpoint });
    const written = { ...lake, iceberg, catalog: createIcebergTables(iceberg), files: new TableFiles(lake.store) };
    await runIceberg(topicOf(2, 40), written);
    expect(proxy.faults()).toBe(3);
    await gate.letThrough();
    const report = await audit(written, undefined, { iceberg });
    expect(report.findings).toEqual([]);
    const catalog = { type: 'rest', uri: server.uri };
    const { rows, snapshots } = await readWithPyiceberg({
      catalog,
      name: `${database}.${testTable}`,
      select: ['n'],
      snapshots: true,
    });
    expect(rows).toHaveLength(80);
    expect(snapshots.at(-1)).toMatchObject({ rows: 80, distinct: 80 });
    expect(snapshots.every((snapshot) => snapshot.rows === snapshot.distinct)).toBe(true);
  });
});

describe('upkeep with a REST catalog', () => {
  it('merges files though its commits fail, come late and get lost, and leaves those alone of which DuckDB has deleted rows', async () => {
    const folder = await openTestLake();
    const database = `db_${Math.random().toString(36).slice(2)}`;
    const planned: Fault[] = [];
    const proxy = await startFaultyProxy(server.uri, ({ method, path }) =>
      method === 'POST' && path.endsWith(`/${testTable}`) ? planned.shift() : undefined,
    );
    const iceberg = createRestCatalog({ warehouse: '', database, authorization: noAuthorization, uri: proxy.endpoint });
    const lake = { ...folder, iceberg, catalog: createIcebergTables(iceberg), files: new TableFiles(folder.store) };
    const placement = { pastDaysMax: 36_500, futureDaysMax: 36_500 };
    const times = ['2026-11-23T08:00:00Z', '2026-11-23T09:00:00Z'];
    const batch = (first: number) => jsonRecords(...times.map((eventTime, n) => ({ n: first + n, eventTime })));
    const batches = [0, 2, 4].map(batch);
    for (let count = 1; count <= batches.length; count++) {
      await writeBatches(createIcebergTools(lake, {}, { placement }), batches.slice(0, count));
      await commitRows(lake);
    }
    const duckdb = await openDuckdbWithIceberg(await loadHttpfs());
    await duckdb(`ATTACH '' AS rest (TYPE iceberg, ENDPOINT '${server.uri}', AUTHORIZATION_TYPE 'none')`);
    await duckdb(`DELETE FROM rest.${database}.${testTable} WHERE n = 2`);
    const gate = new Gate();
    const busy = { kind: 'answer' as const, status: 503, code: 'x' };
    planned.push(busy, { kind: 'late', gate }, { kind: 'reset' }, { kind: 'lost-answer' });
    expect((await maintainLake(lake)).toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toMatchObject([
      { kind: 'left-alone', partition: ['2026-11-23', '08'] },
      { kind: 'merged', partition: ['2026-11-23', '09'], files: 3 },
    ]);
    expect(planned).toEqual([]);
    await gate.letThrough();
    const found = await readWithPyiceberg({
      catalog: { type: 'rest', uri: server.uri },
      name: `${database}.${testTable}`,
      select: ['n'],
      filters: ["event_hour == '08'", "event_hour == '09'"],
      snapshots: true,
    });
    expect(found.rows.map(({ n }) => n)).toEqual([0, 1, 3, 4, 5]);
    expect(found.filters).toEqual([
      { files: 3, rows: 2 },
      { files: 1, rows: 3 },
    ]);
    expect(found.snapshots.every(({ rows, distinct }) => rows === distinct)).toBe(true);
    expect((await audit(lake, undefined, { iceberg })).findings.map(({ problem }) => problem)).toEqual(['table-rows']);
  });
});
