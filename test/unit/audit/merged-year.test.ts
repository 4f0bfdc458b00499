import { describe, expect, it } from 'vitest';
import { auditMergedYear, openMergedYear, writeMergedYear } from '../../../scripts/lakes/merged-year-lake.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';

/** What `npm run merged-year` measures, at a size that a test can take. */
describe('the audit of a table all of whose files were merged', () => {
  it.each([false, true])('finds nothing amiss (every row: %s)', async (isDeep) => {
    const size = { batches: 1200, overlay: createMemoryObjectStore() };
    await writeMergedYear(size);
    expect(await auditMergedYear(await openMergedYear(size), isDeep)).toBe('4800 entries read, 0 findings');
  });
});
