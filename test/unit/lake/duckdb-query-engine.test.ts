import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createDuckdbQueryEngine } from '../../../src/lake/duckdb-query-engine.ts';

/** Threads of this process: each DuckDB that is open has some. */
function threads(): number {
  return readdirSync('/proc/self/task').length;
}

describe('a DuckDB for queries', () => {
  it('is closed where a table has no files yet: who asks again and again leaves no thread behind', async () => {
    const open = async (): Promise<unknown> => {
      const table = { name: 'readings', location: 'file:///nowhere/', files: async () => [] };
      return createDuckdbQueryEngine([table]).catch((error: unknown) => error);
    };
    expect(await open()).toMatchObject({ code: 'QUERY_FAILED', retryable: true });
    const before = threads();
    for (let tries = 0; tries < 5; tries++) await open();
    expect(threads()).toBeLessThan(before + 5);
  });
});
