import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGlueCatalog } from '../../src/aws/glue/glue-catalog.ts';
import { createS3ObjectStore } from '../../src/aws/s3/s3-object-store.ts';
import type { ParquetEncoder } from '../../src/consumer/ports/parquet.ts';
import type { Recipe } from '../../src/consumer/ledger/entry/recipe.ts';
import { startAwsEmulator, type AwsEmulator } from '../../src/devstack/emulators.ts';
import { startTrino, type Trino } from '../../src/devstack/trino.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { createHyparquetEncoder } from '../../src/parquet/other-encoders/hyparquet-encoder.ts';
import { createParquetjsEncoder } from '../../src/parquet/other-encoders/parquetjs-encoder.ts';
import { formatType } from '../../src/schema/types/hive-ddl.ts';
import { hourlyMeans } from '../../src/report/hourly-means.ts';
import { jsonRecords } from '../support/chunks.ts';
import { evolvedColumns, evolvingBatches } from '../support/evolving-batches.ts';
import { createTestTools, testTable } from '../support/lake.ts';
import { comparable, sqlAnswers, sqlFiles, writeThermometer } from '../support/sql-files.ts';
import { sampleRecords } from '../support/tables.ts';
import { allEncoders } from '../support/write-case.ts';
import { writeBatches } from '../support/write-batches.ts';

let aws: AwsEmulator;
let trino: Trino;
const database = 'trino_test';

beforeAll(async () => {
  aws = await startAwsEmulator();
  Object.assign(process.env, aws.environment);
  trino = await startTrino({ endpoint: aws.endpoint, database });
}, 900_000);

afterAll(async () => {
  await trino.stop();
  await aws.stop();
});

/** Opens a lake of the test's own on the emulator, in the database that Trino reads. */
function openLake(encoder = createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000 }), recipe: Partial<Recipe> = {}) {
  const { store, catalog } = openStore();
  return { location: store.uri(''), catalog, tools: createTestTools({ store, catalog, writer: { encoder }, recipe }) };
}

function openStore() {
  const options = { region: 'us-east-1', endpoint: aws.endpoint };
  const store = createS3ObjectStore({ ...options, bucket: aws.bucket, prefix: crypto.randomUUID() });
  return { store, catalog: createGlueCatalog({ ...options, database }) };
}

async function dropTable(): Promise<void> {
  for (const table of [testTable, `${testTable}_dead_letters`]) {
    await fetch(aws.endpoint, {
      method: 'POST',
      headers: {
        'X-Amz-Target': 'AWSGlue.DeleteTable',
        'content-type': 'application/x-amz-json-1.1',
        authorization:
          'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/glue/aws4_request, SignedHeaders=host, Signature=x',
      },
      body: JSON.stringify({ DatabaseName: database, Name: table }),
    });
  }
  await trino.query('CALL glue.system.flush_metadata_cache()').catch(() => {});
}

describe('Trino, the nearest to Athena engine 3', () => {
  it('reads all files ever written for a table that has grown, with the catalog’s types', async () => {
    await dropTable();
    const { catalog, tools } = openLake();
    await writeBatches(tools, evolvingBatches);
    const table = await catalog.load(testTable);
    const columns = (table?.columns ?? []).filter(({ name }) => !name.startsWith('kafka_'));
    expect(columns.map(({ name, type }) => `${name} ${formatType(type)}`).toSorted()).toEqual(
      evolvedColumns.toSorted(),
    );
    const { rows } = await trino.query(
      `SELECT id, t, t_string, t_boolean, place.ward, place.ward_double, place.bed.number, place.floor, cardinality(stays),
         CAST(stays[1]."to" AS varchar), CAST("at" AS varchar), tags, tags_array_double FROM ${testTable} ORDER BY id`,
    );
    expect(rows).toEqual([
      [1, 36.8, null, null, null, null, null, null, null, null, null, null, null],
      [2, null, 'warm', null, 'A', null, null, null, null, null, null, null, null],
      [3, null, null, true, 'B', null, 7, null, null, null, null, ['x'], null],
      [4, null, null, null, null, null, null, 2, 1, null, '2026-11-23 09:00:00.000', null, null],
      [5, null, null, null, null, 5, null, null, 1, '2026-11-25', null, null, [1]],
    ]);
  });

  it.each([
    ['glueless', createColumnEncoder({ codec: 'zstd', rowGroupRows: 2 })],
    ['glueless, snappy', createColumnEncoder({ codec: 'snappy', rowGroupRows: 1000 })],
    ['glueless, gzip', createColumnEncoder({ codec: 'gzip', rowGroupRows: 1000 })],
    ['glueless, compatible', createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000, profile: 'compatible' })],
    ['glueless, smallest', createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000, profile: 'smallest' })],
    ['hyparquet', createHyparquetEncoder({ codec: 'zstd', rowGroupRows: 2 })],
    ['hyparquet, snappy', createHyparquetEncoder({ codec: 'snappy', rowGroupRows: 1000 })],
    ['parquetjs-lite', createParquetjsEncoder({ codec: 'snappy', rowGroupRows: 2 })],
  ])('reads every kind of column as %s writes it', async (_name, encoder) => {
    await dropTable();
    await writeBatches(openLake(encoder).tools, [jsonRecords(...sampleRecords)]);
    const { rows } = await trino.query(
      `SELECT text, number, flag, CAST("at" AS varchar), CAST(day AS varchar), tags, place.ward, place.bed.floor FROM ${testTable} ORDER BY kafka_offset`,
    );
    expect(rows).toEqual([
      ['a', 36.8, true, '2026-11-23 09:15:02.120', '2026-11-23', ['x', 'y'], 'B', 2],
      ['ü€😀', -0.5, false, '1969-12-31 23:59:59.999', '1969-12-31', [], null, null],
      [null, null, null, null, null, null, null, null],
      ['', 1e300, null, null, null, ['z'], null, -1],
      ['a', 0, true, '2026-11-23 09:15:02.000', '2024-02-29', null, 'C', null],
    ]);
  });

  it.each([
    ['glueless', createColumnEncoder({ codec: 'zstd', rowGroupRows: 2 })],
    ['glueless, smallest', createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000, profile: 'smallest' })],
    ['hyparquet', createHyparquetEncoder({ codec: 'zstd', rowGroupRows: 2 })],
  ])('reads maps as %s writes them: missing, empty, with null', async (_name, encoder) => {
    await dropTable();
    const { tools } = openLake(encoder, { hints: 'attrs map<string,double>, places map<string,array<double>>' });
    const records = [
      { attrs: { 'a b': 1, B: null } },
      {},
      { attrs: {} },
      { attrs: { B: -0.5 }, places: { x: [1, null], y: [], z: null } },
    ];
    await writeBatches(tools, [jsonRecords(...records)]);
    const { rows } = await trino.query(
      `SELECT cardinality(attrs), element_at(attrs, 'a b'), element_at(attrs, 'B'), map_keys(attrs), places FROM ${testTable} ORDER BY kafka_offset`,
    );
    expect(rows).toEqual([
      [2, 1, null, ['a b', 'B'], null],
      [null, null, null, null, null],
      [0, null, null, [], null],
      [1, null, -0.5, ['B'], { x: [1, null], y: [], z: null }],
    ]);
  });

  it('reads fields that a struct has got after its Hive partition was registered', async () => {
    await dropTable();
    const { tools } = openLake();
    await writeBatches(tools, [
      jsonRecords({ p: { a: 1 }, l: [{ a: 1 }] }),
      jsonRecords({ p: { a: 2, b: 'new' }, l: [{ a: 2, b: 'new' }] }, { p: { a: 'text' } }),
    ]);
    const { rows } = await trino.query(`SELECT p.a, p.b, p.a_string, l[1].b FROM ${testTable} ORDER BY kafka_offset`);
    expect(rows).toEqual([
      [1, null, null, null],
      [2, 'new', null, 'new'],
      [null, null, 'text', null],
    ]);
  });

  it.each(['zstd', 'snappy'] as const)('reads long columns in every encoding of ours, with %s', async (codec) => {
    await dropTable();
    const count = 20_000;
    const startMs = Date.parse('2026-11-23T09:00:00Z');
    const records = Array.from({ length: count }, (_, index) => ({
      id: `p${index % 50}`,
      unique: `u${index}`,
      jump: (index * 7919) % 100_003,
      wave: Math.round(Math.sin(index) * 1e12) / 1e12,
      at: new Date(startMs + index * 10).toISOString(),
      note: index % 3 === 0 ? null : `n${index % 7}`,
      samples: [index, index + 0.5],
    }));
    await writeBatches(openLake(createColumnEncoder({ codec, rowGroupRows: 7000 })).tools, [jsonRecords(...records)]);
    const { rows } = await trino.query(
      `SELECT count(*), count(DISTINCT id), count(DISTINCT "unique"), sum(jump), round(sum(wave), 6), CAST(max("at") AS varchar), count(note),
         sum(samples[1] + samples[2]), max(kafka_offset) FROM ${testTable} WHERE jump >= 0`,
    );
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    expect(rows).toEqual([
      [
        count,
        50,
        count,
        sum(records.map(({ jump }) => jump)),
        Math.round(sum(records.map(({ wave }) => wave)) * 1e6) / 1e6,
        '2026-11-23 09:03:19.990',
        records.filter(({ note }) => note !== null).length,
        sum(records.flatMap(({ samples }) => samples)),
        count - 1,
      ],
    ]);
  });

  const times = ['2026-11-23T09:15:02.120Z', '1969-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'];

  /** Writes the times into a Hive table, and names its files in an Iceberg table. */
  async function adopt(encoder: ParquetEncoder): Promise<string> {
    await dropTable();
    const { location, tools } = openLake(encoder);
    await writeBatches(tools, [jsonRecords(...times.map((at) => ({ at, seen: [at, null] })))]);
    const table = `iceberg.${database}.adopted_${crypto.randomUUID().replaceAll('-', '')}`;
    await trino.query(
      `CREATE TABLE ${table} ("at" timestamp(6) with time zone, seen array(timestamp(6) with time zone), kafka_partition integer,
         kafka_offset bigint, kafka_timestamp timestamp(6) with time zone) WITH (location = '${location}iceberg')`,
    );
    const files = `location => '${location}${testTable}', format => 'PARQUET', recursive_directory => 'TRUE'`;
    await trino.query(`ALTER TABLE ${table} EXECUTE add_files(${files})`);
    return table;
  }

  it.each(allEncoders)('reads files of %s as they are in an Iceberg table', async (_name, encoder) => {
    const table = await adopt(encoder);
    const query = (from: string) =>
      trino.query(
        `SELECT to_unixtime("at") * 1000, to_unixtime(seen[1]) * 1000, kafka_offset FROM ${from} ORDER BY kafka_offset`,
      );
    const expected = times.map((at, offset) => [Date.parse(at), Date.parse(at), offset]);
    expect((await query(table)).rows).toEqual(expected);
    expect((await query(testTable)).rows).toEqual(expected);
    const late = await trino.query(`SELECT count(*) FROM ${table} WHERE "at" > TIMESTAMP '2300-01-01 00:00:00 UTC'`);
    expect(late.rows).toEqual([[1]]);
  });

  it('reads times in milliseconds in a Hive table only', async () => {
    const table = await adopt(createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000, timestamps: 'millis' }));
    expect((await trino.query(`SELECT count("at") FROM ${testTable}`)).rows).toEqual([[3]]);
    await expect(trino.query(`SELECT "at" FROM ${table}`)).rejects.toThrow('TIMESTAMP(MILLIS,true)');
  });

  it('prunes by partition, runs the report, and finds dead letters', async () => {
    await dropTable();
    const { catalog, tools } = openLake();
    const reading = (hour: number, temperature: unknown) => ({
      patientId: 'p1',
      temperature,
      eventTime: `2026-11-23T0${hour}:00:00Z`,
    });
    await writeBatches(tools, [jsonRecords(reading(7, 36.5), reading(8, 38), reading(8, 39), '{"broken":')]);
    const table = await catalog.load(testTable);
    const engine = {
      name: 'Trino',
      query: async (sql: string) => {
        const { rows } = await trino.query(sql);
        return rows.map(([patientid, hour, mean, lowest, highest, readings]) => ({
          patientid,
          hour,
          mean,
          lowest,
          highest,
          readings,
        }));
      },
      close: async () => {},
    };
    const means = await hourlyMeans(engine, table!, { since: '2026-11-23', limits: { low: 36.1, high: 37.2 } });
    expect(means.map(({ hour, mean, alert }) => [hour, mean, alert])).toEqual([
      ['2026-11-23 07:00', 36.5, undefined],
      ['2026-11-23 08:00', 38.5, 'high'],
    ]);
    const { rows } = await trino.query(`SELECT reason, value_text FROM ${testTable}_dead_letters`);
    expect(rows).toEqual([['invalid-json', '{"broken":']]);
  });

  it('answers the statements for operators', async () => {
    const { store, catalog } = openStore();
    await writeThermometer(store, catalog);
    await trino.query('CALL glue.system.flush_metadata_cache()').catch(() => {});
    for (const [name, sql] of sqlFiles()) {
      const { rows } = await trino.query(sql);
      expect({ name, rows: comparable(name, rows) }).toEqual({ name, rows: sqlAnswers[name] });
    }
  });
});
