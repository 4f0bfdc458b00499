import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createJsonCatalog } from '../../../src/lake/catalog/json-catalog.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { formatType } from '../../../src/schema/types/hive-ddl.ts';
import { fatesPage, fatesPath } from '../../../scripts/docs/fates-page.ts';
import { oddRecords, type OddRecord } from '../../../scripts/docs/odd-records.ts';
import { createTestTools, readRows, testTable } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

/** Writes the value as a topic's only record; resolves with its fate. */
async function fateOf({ value }: OddRecord): Promise<OddRecord['fate']> {
  const store = createMemoryObjectStore();
  const catalog = createJsonCatalog({ store, database: 'test' });
  await writeBatches(createTestTools({ store, catalog }), [[{ value }]]);
  const [deadLetter] = await readRows({ store }, `${testTable}_dead_letters`);
  if (deadLetter !== undefined) return { reason: deadLetter['reason'] as never };
  const [row] = await readRows({ store });
  const table = await catalog.load(testTable);
  const columns = (table?.columns ?? []).filter(({ name }) => row?.[name] !== null && row?.[name] !== undefined);
  return {
    row: columns
      .filter(({ name }) => !name.startsWith('kafka_') || name.endsWith('_field'))
      .map(({ name, type }) => `${name} ${formatType(type)}`),
  };
}

/** `v struct` stands for any struct, `v` for any type, `*` for any columns. */
function matches(expected: OddRecord['fate'], found: OddRecord['fate']): boolean {
  if ('reason' in expected || 'reason' in found) return JSON.stringify(expected) === JSON.stringify(found);
  if (expected.row[0] === '*') return found.row.length > 0;
  return (
    expected.row.length === found.row.length &&
    expected.row.every((column, index) => found.row[index]?.startsWith(column) === true)
  );
}

describe('odd records', () => {
  it('are more than 300', () => {
    expect(oddRecords.length).toBeGreaterThan(300);
  });

  it.each([...Map.groupBy(oddRecords, ({ group }) => group)])('%s', async (_group, records) => {
    const surprises: unknown[] = [];
    for (const record of records) {
      const found = await fateOf(record);
      if (!matches(record.fate, found))
        surprises.push({ value: String(record.value).slice(0, 80), expected: record.fate, found });
    }
    expect(surprises).toEqual([]);
  });

  it('have the fates that the documentation shows', () => {
    const squeeze = (text: string): string => text.replaceAll(/[ -]*\|[ -]*/g, '|').replaceAll(/\s+/g, ' ');
    expect(squeeze(readFileSync(fatesPath, 'utf8'))).toBe(squeeze(fatesPage()));
  });
});
