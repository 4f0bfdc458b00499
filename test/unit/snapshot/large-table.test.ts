import { describe, expect, it } from 'vitest';
import { jobs } from '../../../scripts/lakes/large-table-jobs.ts';
import { openLargeTable, writeLargeTable } from '../../../scripts/lakes/large-table.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';

const files = 2080;

/** What `npm run iceberg-files` measures, at a size that a test can take. */
describe('a table of many files', () => {
  it.each([
    ['start of consume', '2 snapshots'],
    // the computed files have the bounds of the first batch: all are looked at
    ['start of consume, our snapshot expired by others', 'TABLE_ROLLED_BACK'],
    ['replay of one batch', '1 files exchanged'],
    ['replay of 500 batches', '500 files exchanged'],
    ['verify', `${files} entries read, 0 findings`],
    ['maintain: small files of all hours', '8 changes (merged), 1920 files'],
  ])('is gone through by %s', async (name, result) => {
    const large = await openLargeTable(files, createMemoryObjectStore());
    await writeLargeTable(large);
    expect(await jobs[name]?.(large)).toBe(result);
  });
});
