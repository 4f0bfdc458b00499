import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGlueIcebergCatalog } from '../../src/aws/glue-iceberg-catalog.ts';
import { createS3ObjectStore } from '../../src/aws/s3-object-store.ts';
import { startAwsEmulator, type AwsEmulator } from '../../src/devstack/emulators.ts';
import { startTrino, type Trino } from '../../src/devstack/trino.ts';
import { createIcebergTables } from '../../src/iceberg/iceberg-tables.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { evolvingBatches } from '../support/evolving-batches.ts';
import { loadTable } from '../support/iceberg-lake.ts';
import { commitRows } from '../support/iceberg-service.ts';
import { audit, createTestTools, testTable } from '../support/lake.ts';
import { writeBatches } from '../support/write-batches.ts';

let aws: AwsEmulator;
let trino: Trino;

beforeAll(async () => {
  aws = await startAwsEmulator();
  Object.assign(process.env, aws.environment);
  trino = await startTrino({ endpoint: aws.endpoint, database: 'default' });
}, 900_000);

afterAll(async () => {
  await trino.stop();
  await aws.stop();
});

/** Opens a lake of the test's own whose tables are Iceberg tables, with what Trino calls its table. */
function openLake() {
  const database = `db_${randomUUID().slice(0, 8)}`;
  const options = { region: 'us-east-1', endpoint: aws.endpoint };
  const store = createS3ObjectStore({ ...options, bucket: aws.bucket, prefix: randomUUID() });
  const iceberg = createGlueIcebergCatalog({ ...options, database, store, clock: systemClock });
  const lake = { store, iceberg, catalog: createIcebergTables(iceberg) };
  /** Commits the first batches of the table's life, each by a snapshot of its own; those that are in already stay. */
  const commitBatches = async (count: number): Promise<void> => {
    for (let batches = 1; batches <= count; batches++) {
      await writeBatches(createTestTools({ ...lake, tableFormat: 'iceberg' }), evolvingBatches.slice(0, batches));
      await commitRows(lake);
    }
  };
  const query = async (sql: string) => (await trino.query(sql)).rows;
  const findings = async (): Promise<string[]> =>
    (await audit(lake, undefined, { iceberg })).findings.map(({ problem }) => problem);
  return { lake, commitBatches, query, findings, table: `iceberg.${database}.${testTable}` };
}

describe('an Iceberg table in Trino, the nearest to Athena engine 3', () => {
  it('has all rows of all schemas, now and at every snapshot', async () => {
    const { lake, commitBatches, query, table } = openLake();
    await commitBatches(5);
    const rows = await query(
      `SELECT id, t, t_string, place.ward, place.bed.number, place.floor, place.ward_double, cardinality(stays), CAST("at" AS varchar), tags
       FROM ${table} ORDER BY id`,
    );
    expect(rows).toEqual([
      [1, 36.8, null, null, null, null, null, null, null, null],
      [2, null, 'warm', 'A', null, null, null, null, null, null],
      [3, null, null, 'B', 7, null, null, null, null, ['x']],
      [4, null, null, null, null, 2, null, 1, '2026-11-23 09:00:00.000000 UTC', null],
      [5, null, null, null, null, null, 5, 1, null, null],
    ]);
    const { snapshots } = (await loadTable(lake)).metadata;
    const counts = await Promise.all(
      snapshots.map(({ 'snapshot-id': id }) => query(`SELECT count(*) FROM ${table} FOR VERSION AS OF BIGINT '${id}'`)),
    );
    expect(counts.flat(2)).toEqual([1, 2, 3, 4, 5]);
    expect(await query(`SELECT count(*) FROM ${table} WHERE event_date = '2026-11-23' AND event_hour = '09'`)).toEqual([
      [5],
    ]);
  });

  it('can be optimized and expired by Trino: no row is lost or doubled by the next commits, and the audit is content', async () => {
    const { lake, commitBatches, query, findings, table } = openLake();
    await commitBatches(3);
    await query(`ALTER TABLE ${table} EXECUTE optimize`);
    expect(await findings()).toEqual([]);
    // the table asks everybody to keep more
    const updates = { 'history.expire.min-snapshots-to-keep': '1' };
    const change = { requirements: [], updates: [{ action: 'set-properties' as const, updates }] };
    expect((await lake.iceberg.commit(await loadTable(lake), change)).kind).toBe('committed');
    await query(`ALTER TABLE ${table} EXECUTE expire_snapshots(retention_threshold => '0s')`);
    expect((await loadTable(lake)).metadata.snapshots).toHaveLength(1);
    expect(await findings()).toEqual([]);
    await commitBatches(5);
    expect(await query(`SELECT id FROM ${table} ORDER BY id`)).toEqual([[1], [2], [3], [4], [5]]);
    expect(await findings()).toEqual([]);
  });

  it('keeps what Trino deletes and adds through the next commits, and the audit says that rows differ', async () => {
    const { commitBatches, query, findings, table } = openLake();
    await commitBatches(3);
    await query(`DELETE FROM ${table} WHERE id = 2`);
    await query(`ALTER TABLE ${table} ADD COLUMN note varchar`);
    await query(
      `MERGE INTO ${table} r USING (VALUES 3e0) s(id) ON r.id = s.id WHEN MATCHED THEN UPDATE SET note = 'seen'`,
    );
    await commitBatches(5);
    const rows = await query(`SELECT id, note FROM ${table} ORDER BY id`);
    expect(rows).toEqual([
      [1, null],
      [3, 'seen'],
      [4, null],
      [5, null],
    ]);
    expect(await findings()).toEqual(['table-rows']);
  });
});
