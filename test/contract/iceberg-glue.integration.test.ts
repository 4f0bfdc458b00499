import { randomUUID } from 'node:crypto';
import { DeleteTableCommand, GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { describe, expect, inject, it } from 'vitest';
import { createGlueCatalog } from '../../src/aws/glue/glue-catalog.ts';
import { createGlueIcebergCatalog } from '../../src/aws/iceberg/glue-iceberg-catalog.ts';
import { createS3ObjectStore } from '../../src/aws/s3/s3-object-store.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { startFaultyProxy, type Fault } from '../support/faulty-proxy.ts';
import { Gate } from '../support/gate.ts';
import { appendTo, creationOf } from '../support/iceberg-tables.ts';
import { openFaultyCommits } from './faulty-commits.ts';
import { loadFrom } from './iceberg-catalog-contract.ts';
import { describePointerCatalog } from './pointer-catalog-contract.ts';

const { endpoint, bucket, environment } = inject('stack').aws;
Object.assign(process.env, environment);
const aws = { region: 'us-east-1', endpoint };
const glue = new GlueClient(aws);

function openOnGlue() {
  const prefix = randomUUID();
  const database = `db_${prefix.slice(0, 8)}`;
  const store = createS3ObjectStore({ ...aws, bucket, prefix });
  return {
    database,
    store,
    location: `s3://${bucket}/${prefix}/`,
    open: (through = endpoint) =>
      createGlueIcebergCatalog({ ...aws, endpoint: through, database, store, clock: systemClock }),
    drop: async (table: string) => {
      await glue.send(new DeleteTableCommand({ DatabaseName: database, Name: table }));
    },
    hive: createGlueCatalog({ ...aws, database }),
  };
}

describePointerCatalog('Glue on the emulator', async () => openOnGlue());

describe('the table of an Iceberg table in Glue', () => {
  it('is described as other engines describe theirs, and keeps what others set on it', async () => {
    const { database, open, location } = openOnGlue();
    const catalog = open();
    await catalog.create('readings', creationOf(`${location}readings`));
    const base = await loadFrom(catalog, 'readings');
    await catalog.commit(base, appendTo(base, 1n, 'x'));
    const { Table } = await glue.send(new GetTableCommand({ DatabaseName: database, Name: 'readings' }));
    expect(Table).toMatchObject({
      TableType: 'EXTERNAL_TABLE',
      Parameters: { table_type: 'ICEBERG', previous_metadata_location: base.metadataLocation },
      StorageDescriptor: { Location: `${location}readings` },
    });
    const column = (id: number, name: string, type: string) => ({
      Name: name,
      Type: type,
      Parameters: {
        'iceberg.field.id': String(id),
        'iceberg.field.optional': 'true',
        'iceberg.field.current': 'true',
      },
    });
    expect(Table?.StorageDescriptor?.Columns).toMatchObject([
      column(1, 'temperature', 'double'),
      column(2, 'eventtime', 'timestamp'),
      column(3, 'place', 'struct<lat:double>'),
      column(5, 'event_date', 'string'),
    ]);
  });
});

describe('an update of the table in Glue', () => {
  const setup = () =>
    openFaultyCommits(openOnGlue(), { endpoint, isCommit: ({ action }) => action.endsWith('UpdateTable') });
  const throttled: Fault = { kind: 'answer', status: 500, code: 'InternalServiceException' };
  const reset: Fault = { kind: 'reset' };

  it('took place when its answer is lost and the SDK’s second try is refused', async () => {
    const { commitWith, snapshots } = await setup();
    expect((await commitWith(1n, { kind: 'lost-answer' })).kind).toBe('committed');
    expect(await snapshots()).toEqual([1n]);
  });

  it('took place when its answer is lost and no other try arrives', async () => {
    const { commitWith, snapshots } = await setup();
    expect((await commitWith(1n, { kind: 'lost-answer' }, reset, throttled)).kind).toBe('committed');
    expect(await snapshots()).toEqual([1n]);
  });

  it('took place when others have committed on top of it before it is looked at', async () => {
    const { open, commitWith, snapshots } = await setup();
    const lost: Fault = { kind: 'lost-answer' };
    const gate = new Gate();
    const outcome = commitWith(1n, lost, { kind: 'held', gate });
    const other = open();
    await expect.poll(snapshots).toEqual([1n]);
    const current = await loadFrom(other, 'readings');
    await other.commit(current, appendTo(current, 2n, '2'));
    await gate.letThrough();
    expect(await outcome).toMatchObject({ kind: 'committed', table: { metadata: { snapshots: [{}, {}] } } });
    expect(await snapshots()).toEqual([1n, 2n]);
  });

  it('is open when no try arrived, and the next one is a commit of its own', async () => {
    const { commitWith, snapshots } = await setup();
    await expect(commitWith(1n, reset, reset, throttled)).rejects.toMatchObject({
      code: 'CATALOG_UNAVAILABLE',
      retryable: true,
    });
    expect(await snapshots()).toEqual([]);
    expect((await commitWith(2n)).kind).toBe('committed');
    expect(await snapshots()).toEqual([2n]);
  });

  it('is open when it arrives late, and is in the table then', async () => {
    const { commitWith, snapshots } = await setup();
    const gate = new Gate();
    await expect(commitWith(1n, { kind: 'late', gate }, reset, reset)).rejects.toMatchObject({ retryable: true });
    expect(await snapshots()).toEqual([]);
    await gate.letThrough();
    expect(await snapshots()).toEqual([1n]);
    expect((await commitWith(2n)).kind).toBe('conflict');
  });

  it('never takes place when it arrives after another commit', async () => {
    const { commitWith, snapshots } = await setup();
    const gate = new Gate();
    await expect(commitWith(1n, { kind: 'late', gate }, reset, reset)).rejects.toMatchObject({ retryable: true });
    expect((await commitWith(2n)).kind).toBe('committed');
    await gate.letThrough();
    expect(await snapshots()).toEqual([2n]);
  });
});

describe('the creation of a table in Glue', () => {
  it('took place when its answer is lost', async () => {
    const { open, location } = openOnGlue();
    let isLost = false;
    const proxy = await startFaultyProxy(endpoint, ({ action }) => {
      if (!action.endsWith('CreateTable') || isLost) return undefined;
      isLost = true;
      return { kind: 'lost-answer' };
    });
    const outcome = await open(proxy.endpoint).create('readings', creationOf(`${location}readings`));
    expect(outcome.kind).toBe('created');
    expect(isLost).toBe(true);
  });
});
