import { describe, expect, it } from 'vitest';
import { createDuckdbQueryEngine } from '../../../src/lake/duckdb-query-engine.ts';
import { faultKinds, spoil } from '../../../src/producer/faults.ts';
import { readingAt } from '../../../src/producer/thermometer.ts';
import { createTestTools, openTestLake, testTable } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

const ward = { seed: 1, patients: 10 };
const startMs = Date.parse('2026-11-23T08:00:00Z');
const perKind = 20;

describe('each kind of broken reading', () => {
  it('is found again by SQL, as a row or as a dead letter', async () => {
    const good = Array.from({ length: 100 }, (_, index) => ({
      value: JSON.stringify(readingAt(ward, index, startMs)),
    }));
    const broken = faultKinds.flatMap((kind) =>
      Array.from({ length: perKind }, (_, index) => ({ value: spoil(readingAt(ward, index, startMs), kind) })),
    );
    const lake = await openTestLake();
    await writeBatches(createTestTools(lake), [good, broken]);
    const tables = await Promise.all([testTable, `${testTable}_dead_letters`].map((name) => lake.catalog.load(name)));
    const engine = await createDuckdbQueryEngine(
      tables.map((table) => ({ name: table?.name ?? '', location: table?.location ?? '' })),
    );
    const [counts] = await engine.query(`SELECT
      (SELECT count(*) FROM ${testTable}) AS total,
      (SELECT count(*) FROM ${testTable}_dead_letters WHERE reason = 'invalid-json') AS brokenjson,
      (SELECT count(*) FROM ${testTable} WHERE eventtime IS NULL AND eventtime_string IS NULL) AS missing,
      (SELECT count(*) FROM ${testTable} WHERE eventtime_string = 'yesterday, after lunch') AS odd,
      (SELECT count(*) FROM ${testTable} WHERE temperature_string LIKE '%°C') AS astext,
      (SELECT count(*) FROM ${testTable} WHERE batterypercent = 80) AS newfield,
      (SELECT count(*) FROM ${testTable} WHERE place.bed.number = 14 AND tags[1] = 'oral') AS nested`);
    await engine.close();
    const each = BigInt(perKind);
    expect(counts).toEqual({
      total: 100n + 5n * each,
      brokenjson: each,
      missing: each,
      odd: each,
      astext: each,
      newfield: each,
      nested: each,
    });
  });
});
