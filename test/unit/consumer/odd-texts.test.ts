import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createJsonCatalog } from '../../../src/lake/json-catalog.ts';
import { createMemoryObjectStore } from '../../../src/lake/memory-object-store.ts';
import { formatType } from '../../../src/schema/hive-ddl.ts';
import { fatesPage, fatesPath } from '../../support/fates-page.ts';
import { oddTexts, type OddText } from '../../support/json-texts.ts';
import { createTestTools, readRows, testTable } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

/** Writes the text as a topic's only record; answers with what became of it. */
async function fateOf({ value }: OddText): Promise<OddText['fate']> {
  const store = createMemoryObjectStore();
  const catalog = createJsonCatalog({ store, database: 'test' });
  await writeBatches(createTestTools({ store, catalog }), [[{ value }]]);
  const [letter] = await readRows({ store }, `${testTable}_dead_letters`);
  if (letter !== undefined) return { reason: letter['reason'] as never };
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
function matches(expected: OddText['fate'], found: OddText['fate']): boolean {
  if ('reason' in expected || 'reason' in found) return JSON.stringify(expected) === JSON.stringify(found);
  if (expected.row[0] === '*') return found.row.length > 0;
  return (
    expected.row.length === found.row.length &&
    expected.row.every((column, index) => found.row[index]?.startsWith(column) === true)
  );
}

describe('odd texts', () => {
  it('are more than 300', () => {
    expect(oddTexts.length).toBeGreaterThan(300);
  });

  it.each([...Map.groupBy(oddTexts, ({ group }) => group)])('%s', async (_group, texts) => {
    const surprises: unknown[] = [];
    for (const text of texts) {
      const found = await fateOf(text);
      if (!matches(text.fate, found))
        surprises.push({ value: String(text.value).slice(0, 80), expected: text.fate, found });
    }
    expect(surprises).toEqual([]);
  });

  it('have the fates that the documentation shows', () => {
    const squeeze = (text: string): string => text.replaceAll(/[ -]*\|[ -]*/g, '|').replaceAll(/\s+/g, ' ');
    expect(squeeze(readFileSync(fatesPath, 'utf8'))).toBe(squeeze(fatesPage()));
  });
});
