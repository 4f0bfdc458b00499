import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJsonCatalog } from '../../../src/lake/catalog/json-catalog.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { rawBytes, rawHeader } from '../../support/raw-bytes.ts';
import type { TestRecord } from '../../support/chunks.ts';
import { runs } from '../../support/fuzzing.ts';
import { createTestTools, readRows, testTable } from '../../support/lake.ts';
import { redriveAll } from '../../support/redrive-all.ts';
import { writeBatches } from '../../support/write-batches.ts';

/** Passes as a row once values of two bytes are allowed, and one once those of any length are: so that each redrive writes anew. */
const passing: readonly TestRecord[] = [{ value: '{}' }, { value: '{"passes":true}' }];

const records = fc.array(
  fc.record(
    { value: rawBytes, key: rawBytes, rawHeaders: fc.array(rawHeader, { maxLength: 3 }) },
    { requiredKeys: ['value'] },
  ),
  {
    minLength: 1,
    maxLength: 12,
  },
);

/** Writes the records under the first limit of their length, redrives under each other one; gives what is in the lake. */
async function lakeOf(written: readonly TestRecord[], limits: readonly number[]) {
  const store = createMemoryObjectStore();
  const catalog = createJsonCatalog({ store, database: 'test' });
  const toolsOf = (recordBytesMax: number) =>
    createTestTools({ store, catalog, recipe: { recordBytesMax, recordParts: ['key', 'headers'] } });
  const [first = 0, ...others] = limits;
  await writeBatches(toolsOf(first), [written]);
  for (const limit of others) await redriveAll({ store }, toolsOf(limit));
  const [rows = [], deadLetters = []] = await Promise.all(
    [testTable, `${testTable}_dead_letters`].map(async (table) => (await readRows({ store }, table)).map(filledOf)),
  );
  return { rows, deadLetters };
}

/** The row's values; files of one table may lack columns that others have. */
const filledOf = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

const bytesOf = (text: unknown, base64: unknown): Buffer | undefined => {
  if (typeof text === 'string') return Buffer.from(text);
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined;
};

describe('whatever bytes a value, a key and headers are', () => {
  it('they are the same after redrives, and have the fate that they have when they are read at first', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (odd) => {
        const written = [...odd, ...passing];
        const lake = await lakeOf(written, [1, 2, 100_000]);
        expect(lake).toEqual(await lakeOf(written, [100_000]));
        expect(lake.rows.length + lake.deadLetters.length).toBe(written.length);
        for (const row of lake.rows)
          expect(bytesOf(row['kafka_key'], row['kafka_key_base64'])).toEqual(written[Number(row['kafka_offset'])]?.key);
        for (const row of lake.deadLetters) {
          const { value, key } = written[Number(row['kafka_offset'])] ?? {};
          expect(bytesOf(row['value_text'], row['value_base64'])).toEqual(value);
          expect(bytesOf(row['key_text'], row['key_base64'])).toEqual(key);
        }
      }),
      runs(30),
    );
  });
});
