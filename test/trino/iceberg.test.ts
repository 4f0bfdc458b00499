import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAwsEmulator, type AwsEmulator } from '../../src/devstack/emulators.ts';
import { startTrino, type Trino } from '../../src/devstack/trino.ts';
import { evolvingBatches } from '../support/evolving-batches.ts';
import { loadTable } from '../support/iceberg-lake.ts';
import { openSharedIcebergLake } from '../support/shared-iceberg-lake.ts';

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

function openLake() {
  const opened = openSharedIcebergLake(aws);
  const query = async (sql: string) => (await trino.query(sql)).rows;
  return { ...opened, query, table: `iceberg.${opened.name}` };
}

describe('an Iceberg table in Trino, the nearest to Athena engine 3', () => {
  it('has all rows of all schemas, now and at every snapshot', async () => {
    const { lake, commitBatches, query, table } = openLake();
    await commitBatches(evolvingBatches);
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
    const { lake, commitBatches, keepOneSnapshot, query, findings, table } = openLake();
    await commitBatches(evolvingBatches.slice(0, 3));
    await query(`ALTER TABLE ${table} EXECUTE optimize`);
    expect(await findings()).toEqual([]);
    await keepOneSnapshot();
    await query(`ALTER TABLE ${table} EXECUTE expire_snapshots(retention_threshold => '0s')`);
    expect((await loadTable(lake)).metadata.snapshots).toHaveLength(1);
    expect(await findings()).toEqual([]);
    await commitBatches(evolvingBatches);
    expect(await query(`SELECT id FROM ${table} ORDER BY id`)).toEqual([[1], [2], [3], [4], [5]]);
    expect(await findings()).toEqual([]);
  });

  it('keeps what Trino deletes and adds through the next commits, and the audit says that rows differ', async () => {
    const { commitBatches, query, findings, table } = openLake();
    await commitBatches(evolvingBatches.slice(0, 3));
    await query(`DELETE FROM ${table} WHERE id = 2`);
    await query(`ALTER TABLE ${table} ADD COLUMN note varchar`);
    await query(
      `MERGE INTO ${table} r USING (VALUES 3e0) s(id) ON r.id = s.id WHEN MATCHED THEN UPDATE SET note = 'seen'`,
    );
    await commitBatches(evolvingBatches);
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
