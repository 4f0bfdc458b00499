import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAwsEmulator, type AwsEmulator } from '../../src/devstack/emulators.ts';
import { jsonRecords } from '../support/chunks.ts';
import { evolvingBatches } from '../support/evolving-batches.ts';
import { loadTable } from '../support/iceberg-lake.ts';
import { openSharedIcebergLake } from '../support/shared-iceberg-lake.ts';
import { startSpark, type SparkSql } from '../support/spark.ts';

let aws: AwsEmulator;
let spark: SparkSql;

beforeAll(async () => {
  aws = await startAwsEmulator();
  Object.assign(process.env, aws.environment);
  spark = await startSpark(aws.endpoint);
}, 900_000);

afterAll(async () => {
  await spark.stop();
  await aws.stop();
});

function openLake() {
  const opened = openSharedIcebergLake(aws);
  const query = async (sql: string) => (await spark.query(sql)).rows;
  return { ...opened, query, table: `lake.${opened.name}` };
}

describe('an Iceberg table in Spark with Iceberg’s own runtime', () => {
  it('has all rows of all schemas, now and at every snapshot', async () => {
    const { lake, commitBatches, query, table } = openLake();
    await commitBatches(evolvingBatches);
    const rows = await query(
      `SELECT id, t, t_string, place.ward, place.bed.number, place.floor, place.ward_double, stays[0].\`to\` AS left_on, CAST(at AS string) AS at, tags
       FROM ${table} ORDER BY id`,
    );
    const nothing = { t: null, t_string: null, ward: null, number: null, floor: null, ward_double: null };
    const row = { ...nothing, left_on: null, at: null, tags: null };
    expect(rows).toEqual([
      { ...row, id: 1, t: 36.8 },
      { ...row, id: 2, t_string: 'warm', ward: 'A' },
      { ...row, id: 3, ward: 'B', number: 7, tags: ['x'] },
      { ...row, id: 4, floor: 2, at: '2026-11-23 09:00:00' },
      { ...row, id: 5, ward_double: 5, left_on: '2026-11-25' },
    ]);
    expect(await query(`SELECT count(*) AS n, sum(id) AS ids, sum(kafka_offset) AS offsets FROM ${table}`)).toEqual([
      { n: 5, ids: 15, offsets: 10 },
    ]);
    for (const [index, snapshot] of (await loadTable(lake)).metadata.snapshots.entries()) {
      const sql = `SELECT count(*) AS n, count(DISTINCT kafka_offset) AS offsets FROM ${table} VERSION AS OF ${snapshot['snapshot-id']}`;
      expect(await query(sql)).toEqual([{ n: index + 1, offsets: index + 1 }]);
    }
  });

  it('has every value of a file of thousands of rows, in all encodings that our files have', async () => {
    const { commitBatches, table } = openLake();
    const count = 3000;
    const records = Array.from({ length: count }, (_, index) => ({
      id: randomUUID(),
      repeated: `ward ${index % 10}`,
      temperature: 36 + (index % 30) / 10,
      noise: Math.sin(index),
      seen: index % 2 === 0,
      at: new Date(Date.UTC(2026, 10, 26) + index * 1001).toISOString(),
      tags: [`tag ${index}`, 'x'],
      place: { bed: index, note: `some words of ${index}` },
    }));
    await commitBatches([jsonRecords(...records)]);
    const { rows } = await spark.query(
      `SELECT count(DISTINCT id) AS id, count(DISTINCT repeated) AS repeated, count(DISTINCT temperature) AS temperature, count(DISTINCT noise) AS noise,
              count_if(seen) AS seen, count(DISTINCT at) AS at, count(DISTINCT tags[0]) AS tags, sum(place.bed) AS beds,
              count(DISTINCT place.note) AS notes, sum(kafka_offset) AS offsets
       FROM ${table}`,
    );
    const sum = (count * (count - 1)) / 2;
    const each = { id: count, noise: count, at: count, tags: count, notes: count };
    expect(rows).toEqual([{ ...each, repeated: 10, temperature: 30, seen: count / 2, beds: sum, offsets: sum }]);
    const wanted = records[count / 2]?.id;
    expect((await spark.query(`SELECT kafka_offset FROM ${table} WHERE id = '${wanted}'`)).rows).toEqual([
      { kafka_offset: count / 2 },
    ]);
  });

  it('has only those files opened that may have rows of a filter', async () => {
    const { commitBatches, table } = openLake();
    const times = ['23T07:10', '23T08:10', '24T08:10', '24T09:10'];
    const records = times.map((time, index) => ({ eventTime: `2026-11-${time}:00Z`, temperature: 36.5 + index }));
    await commitBatches([jsonRecords(...records)]);
    const expected = new Map([
      ["event_date = '2026-11-24'", { n: 2, files: 2 }],
      ["event_date = '2026-11-23' AND event_hour = '07'", { n: 1, files: 1 }],
      // by the bounds of files
      ["eventtime >= TIMESTAMP '2026-11-24 08:30:00 UTC'", { n: 1, files: 1 }],
      ['temperature > 39', { n: 1, files: 1 }],
      ['temperature > 100', { n: 0, files: 0 }],
      ['kafka_offset < 2', { n: 2, files: 2 }],
    ]);
    for (const [filter, wanted] of expected) {
      const { rows, files } = await spark.query(`SELECT kafka_offset, temperature FROM ${table} WHERE ${filter}`);
      expect([filter, { n: rows.length, files }]).toEqual([filter, wanted]);
    }
  });

  it('can be rewritten, merged and expired by Spark: no row is lost or doubled by the next commits, and the audit is content', async () => {
    const { lake, name, commitBatches, keepOneSnapshot, query, findings, table } = openLake();
    await commitBatches(evolvingBatches.slice(0, 3));
    await query(`CALL lake.system.rewrite_data_files(table => '${name}', options => map('rewrite-all', 'true'))`);
    await query(`CALL lake.system.rewrite_manifests('${name}')`);
    expect(await findings()).toEqual([]);
    await keepOneSnapshot();
    await query(
      `CALL lake.system.expire_snapshots(table => '${name}', older_than => TIMESTAMP '2100-01-01 00:00:00', retain_last => 1)`,
    );
    expect((await loadTable(lake)).metadata.snapshots).toHaveLength(1);
    await commitBatches(evolvingBatches);
    expect(await query(`SELECT id FROM ${table} ORDER BY id`)).toEqual([1, 2, 3, 4, 5].map((id) => ({ id })));
    expect(await findings()).toEqual([]);
  });

  it('keeps what Spark deletes, updates and adds through the next commits, and the audit says that rows differ', async () => {
    const { commitBatches, query, findings, table } = openLake();
    await commitBatches(evolvingBatches.slice(0, 3));
    await query(`DELETE FROM ${table} WHERE id = 2`);
    await query(`ALTER TABLE ${table} ADD COLUMN note string`);
    await query(`UPDATE ${table} SET note = 'seen' WHERE id = 3`);
    await commitBatches(evolvingBatches);
    expect(await query(`SELECT id, note FROM ${table} ORDER BY id`)).toEqual([
      { id: 1, note: null },
      { id: 3, note: 'seen' },
      { id: 4, note: null },
      { id: 5, note: null },
    ]);
    expect(await findings()).toEqual(['table-rows', 'record-missing']);
  });
});
