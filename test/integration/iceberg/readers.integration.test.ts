import { beforeAll, describe, expect, inject, it } from 'vitest';
import { jsonRecords } from '../../support/chunks.ts';
import { commitFolder, commitObjects, missingFiles } from '../../support/commit-iceberg.ts';
import { evolvingBatches } from '../../support/evolving-batches.ts';
import { openIcebergLakeOnGlue } from '../../support/glue-iceberg-lake.ts';
import { loadTable, openIcebergLake } from '../../support/iceberg-lake.ts';
import {
  changeWithPyiceberg,
  openDuckdbWithIceberg,
  provideIcebergReaders,
  readWithPyiceberg,
} from '../../support/iceberg-readers.ts';
import { commitRows, createIcebergTools } from '../../support/iceberg-service.ts';
import { createTestTools } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

const { endpoint, bucket, environment } = inject('stack').aws;
Object.assign(process.env, environment);

beforeAll(async () => {
  await provideIcebergReaders();
});

const oneRowMore = [1, 2, 3, 4, 5];

describe('an Iceberg table that has grown with every snapshot', () => {
  const setup = async () => {
    const lake = await openIcebergLake();
    await writeBatches(createTestTools(lake), evolvingBatches);
    return commitFolder(lake, await loadTable(lake), 1);
  };

  it('is read by PyIceberg, now and at every snapshot', async () => {
    const { metadataLocation } = await setup();
    const select = ['id', 't', 't_string', 'place', 'tags', 'stays', 'at', 'tags_array_double', 'event_hour'];
    const { rows, snapshots } = await readWithPyiceberg({ metadata: metadataLocation, select, snapshots: true });
    expect(snapshots.map(({ rows: count }) => count)).toEqual(oneRowMore);
    expect(snapshots.map(({ distinct }) => distinct)).toEqual(oneRowMore);
    const nothing = Object.fromEntries(select.map((name) => [name, null]));
    const place = { ward: null, bed: null, floor: null, ward_double: null };
    const stay = (from: string, to: string | null) => [{ from, to }];
    expect(rows).toEqual(
      [
        { id: 1, t: 36.8 },
        { id: 2, t_string: 'warm', place: { ...place, ward: 'A' } },
        { id: 3, place: { ...place, ward: 'B', bed: { number: 7 } }, tags: ['x'] },
        { id: 4, place: { ...place, floor: 2 }, stays: stay('2026-11-23', null), at: '2026-11-23 09:00:00+00:00' },
        { id: 5, place: { ...place, ward_double: 5 }, stays: stay('2026-11-24', '2026-11-25'), tags_array_double: [1] },
      ].map((row) => ({ ...nothing, event_hour: '09', ...row })),
    );
  });

  it('is read by DuckDB, now and at every snapshot', async () => {
    const { metadataLocation, metadata } = await setup();
    const query = await openDuckdbWithIceberg();
    const rows = await query(
      `SELECT id, t, place.ward AS ward, place.bed.number AS bed, stays[1]."to"::VARCHAR AS left_on, event_date
       FROM iceberg_scan('${metadataLocation}') ORDER BY kafka_offset`,
    );
    const row = { t: null, ward: null, bed: null, left_on: null, event_date: '2026-11-23' };
    expect(rows).toEqual([
      { ...row, id: 1, t: 36.8 },
      { ...row, id: 2, ward: 'A' },
      { ...row, id: 3, ward: 'B', bed: 7 },
      { ...row, id: 4 },
      { ...row, id: 5, left_on: '2026-11-25' },
    ]);
    for (const [index, snapshot] of metadata.snapshots.entries()) {
      const from = `iceberg_scan('${metadataLocation}', snapshot_from_id = ${snapshot['snapshot-id']}::UBIGINT)`;
      const [counted] = await query(
        `SELECT count(*)::INT AS rows, count(DISTINCT kafka_offset)::INT AS offsets FROM ${from}`,
      );
      expect(counted).toEqual({ rows: oneRowMore[index], offsets: oneRowMore[index] });
    }
  });
});

describe('an Iceberg table whose numbers were widened', () => {
  const setup = async () => {
    const lake = await openIcebergLake();
    const hints = 'n int, f float, place struct<floor:int>';
    const batches = [
      jsonRecords({ n: 1, f: 0.5, place: { floor: 2 } }),
      jsonRecords({ n: 3_000_000_000, f: 36.8, place: { floor: 3_000_000_001 } }),
      jsonRecords({ n: -2, f: 0.25 }),
    ];
    // each is part of the table, with its bounds, before the next one comes
    for (let count = 1; count <= batches.length; count++) {
      await writeBatches(createIcebergTools(lake, {}, { recipe: { hints } }), batches.slice(0, count));
      await commitRows(lake);
    }
    return loadTable(lake);
  };

  it('is read by PyIceberg, files with narrow numbers and with wide ones, by bounds of both', async () => {
    const { metadataLocation: metadata } = await setup();
    const select = ['n', 'f', 'place'];
    const filters = ['n > 2', 'n < 2', 'n > 4000000000', 'f > 1', 'f < 1'];
    const read = await readWithPyiceberg({ metadata, select, filters, snapshots: true });
    expect(read.rows).toEqual([
      { n: 1, f: 0.5, place: { floor: 2 } },
      { n: 3_000_000_000, f: 36.8, place: { floor: 3_000_000_001 } },
      { n: -2, f: 0.25, place: null },
    ]);
    expect(read.filters).toEqual([
      { files: 1, rows: 1 },
      { files: 2, rows: 2 },
      { files: 0, rows: 0 },
      { files: 1, rows: 1 },
      { files: 2, rows: 2 },
    ]);
    expect(read.snapshots.map(({ rows }) => rows)).toEqual([1, 2, 3]);
  });

  it('is read by DuckDB', async () => {
    const { metadataLocation } = await setup();
    const query = await openDuckdbWithIceberg();
    const table = `iceberg_scan('${metadataLocation}')`;
    expect(
      await query(`SELECT sum(n)::BIGINT AS n, max(f) AS f, sum(place.floor)::BIGINT AS floor FROM ${table}`),
    ).toEqual([{ n: 2_999_999_999n, f: 36.8, floor: 3_000_000_003n }]);
    expect(await query(`SELECT kafka_offset::INT AS o FROM ${table} WHERE n > 2`)).toEqual([{ o: 1 }]);
  });
});

describe('an Iceberg table of two days', () => {
  it('has only those files opened that may have rows of a filter', async () => {
    const lake = await openIcebergLake();
    const times = ['23T07:10', '23T08:10', '24T08:10', '24T09:10'];
    const records = times.map((time, index) => ({ eventTime: `2026-11-${time}:00Z`, temperature: 36.5 + index }));
    await writeBatches(createTestTools(lake), [jsonRecords(...records)]);
    const { metadataLocation: metadata } = await commitFolder(lake, await loadTable(lake));
    const expected = new Map([
      ["event_date == '2026-11-24'", { files: 2, rows: 2 }],
      ["event_date == '2026-11-23' and event_hour == '07'", { files: 1, rows: 1 }],
      // by the bounds of files
      ["eventtime >= '2026-11-24T08:30:00+00:00'", { files: 1, rows: 1 }],
      ['temperature > 39', { files: 1, rows: 1 }],
      ['temperature > 100', { files: 0, rows: 0 }],
      ['kafka_offset < 2', { files: 2, rows: 2 }],
      ['kafka_offset < 200', { files: 4, rows: 4 }],
    ]);
    const { filters } = await readWithPyiceberg({ metadata, filters: [...expected.keys()] });
    expect(new Map([...expected.keys()].map((filter, index) => [filter, filters[index]]))).toEqual(expected);
  });
});

describe('an Iceberg table in Glue that another team changes by PyIceberg', () => {
  it('keeps their column and their deletion through the next commit of ours', async () => {
    const { lake, catalog, name } = openIcebergLakeOnGlue({ endpoint, bucket });
    await writeBatches(createTestTools(lake), evolvingBatches);
    const first = await loadTable(lake);
    const keys = await missingFiles(lake, first);
    const ours = await commitObjects(lake, first, keys.slice(0, 2));
    await changeWithPyiceberg({ catalog, name, addColumns: { note: 'string' }, delete: 'id == 2' });
    const theirs = await loadTable(lake);
    expect(theirs.metadata['last-column-id']).toBe(ours.metadata['last-column-id'] + 1);
    await commitObjects(lake, theirs, keys.slice(2));
    const { rows, snapshots } = await readWithPyiceberg({ catalog, name, select: ['id', 'note'], snapshots: true });
    expect(rows).toEqual([1, 3, 4, 5].map((id) => ({ id, note: null })));
    expect(snapshots.map((snapshot) => snapshot.rows)).toEqual([2, 1, 4]);
  });
});
