import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTimestamp } from '../../../src/schema/values.ts';
import { createJsonCatalog } from '../../../src/lake/json-catalog.ts';
import { createMemoryObjectStore } from '../../../src/lake/memory-object-store.ts';
import { createTestTools, readRows } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';
import { runs } from '../../support/fuzzing.ts';
import { randomRecords } from '../../support/random-records.ts';

/** All values of a JSON tree but nulls, each as text with its type: what must be found again. */
function leavesOf(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (value instanceof Date) return [`time ${value.getTime()}`];
  if (typeof value === 'object') return Object.values(value).flatMap(leavesOf);
  if (typeof value === 'bigint') return [`number ${Number(value)}`];
  if (typeof value === 'number') return [isExact(value) ? `number ${value}` : `text ${JSON.stringify(value)}`];
  if (typeof value === 'string') {
    const time = parseTimestamp(value) ?? (/^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(value) : undefined);
    return time === undefined ? [`text ${value}`] : [`time ${time}`];
  }
  return [`other ${JSON.stringify(value)}`];
}

/** False for digits that may stand for another integer than the double nearest to them: those are kept as text. */
function isExact(value: number): boolean {
  const digits = JSON.stringify(value);
  return !/^-?\d+$/.test(digits) || Number.isSafeInteger(value);
}

/** The same of a row of the table: JSON columns are opened. */
function leavesOfRow(row: Record<string, unknown>): string[] {
  return Object.entries(row).flatMap(([name, value]) => {
    if (['kafka_partition', 'kafka_offset', 'kafka_timestamp'].includes(name)) return [];
    const isJson = (name.endsWith('_json') || name === '_rescued') && typeof value === 'string';
    return isJson ? leavesOf(JSON.parse(value)) : leavesOf(openJson(value));
  });
}

/** Fields of structs that hold JSON text. */
function openJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(openJson);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name.endsWith('_json') && typeof member === 'string' ? JSON.parse(member) : openJson(member),
    ]),
  );
}

const numberRule = fc.constantFrom('double' as const, 'split' as const);

describe('no value is lost', () => {
  it('on the way through decode, the catalog, Parquet and an independent reader, whatever the records hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(randomRecords, { minLength: 1, maxLength: 3 }),
        numberRule,
        async (batches, numbers) => {
          const store = createMemoryObjectStore();
          const lake = { store, catalog: createJsonCatalog({ store, database: 'test' }) };
          const tools = createTestTools({ ...lake, recipe: { numbers } });
          await writeBatches(
            tools,
            batches.map((batch) => batch.map((each) => ({ value: JSON.stringify(each) }))),
          );
          const found = (await readRows(lake)).map((row) => leavesOfRow(row).toSorted());
          expect(found).toEqual(batches.flat().map((each) => leavesOf(each).toSorted()));
        },
      ),
      runs(150),
    );
  });
});
