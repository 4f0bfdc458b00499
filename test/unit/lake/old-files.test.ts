import { describe, expect, it } from 'vitest';
import { createDuckdbQueryEngine } from '../../../src/lake/duckdb-query-engine.ts';
import { formatType } from '../../../src/schema/types/hive-ddl.ts';
import { evolvedColumns, evolvingBatches } from '../../support/evolving-batches.ts';
import { createTestTools, openTestLake, testTable } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

describe('files of a table that has grown', () => {
  it('are all read by DuckDB, old and new, under the columns of the catalog', async () => {
    const lake = await openTestLake();
    await writeBatches(createTestTools(lake), evolvingBatches);
    const table = await lake.catalog.load(testTable);
    const columns = (table?.columns ?? []).filter(({ name }) => !name.startsWith('kafka_'));
    expect(columns.map(({ name, type }) => `${name} ${formatType(type)}`).toSorted()).toEqual(
      evolvedColumns.toSorted(),
    );
    const engine = await createDuckdbQueryEngine([{ name: testTable, location: table?.location ?? '' }]);
    const rows = await engine.query(
      `SELECT id, t, t_string, t_boolean, place.ward AS ward, place.ward_double AS wardnumber, place.bed.number AS bed,
         place.floor AS floor, len(stays) AS stays, stays[1]."to"::VARCHAR AS leaves FROM ${testTable} ORDER BY id`,
    );
    await engine.close();
    expect(rows).toMatchObject([
      { id: 1, t: 36.8, ward: null },
      { id: 2, t: null, t_string: 'warm', ward: 'A', bed: null },
      { id: 3, t_boolean: true, ward: 'B', bed: 7 },
      { id: 4, floor: 2, stays: 1n, leaves: null },
      { id: 5, ward: null, wardnumber: 5, leaves: '2026-11-25' },
    ]);
  });
});
