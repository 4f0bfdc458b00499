import { describe, expect, it } from 'vitest';
import { DuckdbSession, isOutOfMemory } from '../../../src/lake/rewriter/duckdb-session.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { temporaryFolder } from '../../support/lake.ts';

describe('a DuckDB with too little memory', () => {
  it.each([
    [
      'a sort',
      'SELECT max(a) FROM (SELECT repeat(range::VARCHAR, 9) AS a FROM range(1000000) ORDER BY a LIMIT 999999)',
    ],
    [
      'a table of many columns',
      `CREATE TEMP TABLE t AS SELECT ${Array.from({ length: 300 }, (_, index) => `${index} + range AS c${index}`).join()} FROM range(3000)`,
    ],
  ])('is known by its error: %s', async (_what, sql) => {
    using session = await DuckdbSession.open({ memoryLimit: '4MB', folder: await temporaryFolder() });
    const error: unknown = await session.run(sql).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PipelineError);
    expect({ isOutOfMemory: isOutOfMemory(error), error }).toMatchObject({ isOutOfMemory: true });
  });

  it('is known by what it says when it can’t commit', () => {
    const message =
      'TransactionContext Error: Failed to commit: could not allocate block of size 256.0 KiB (38.0 MiB/38.1 MiB used)';
    expect(isOutOfMemory(new PipelineError('ENCODE_FAILED', { message, retryable: false }))).toBe(true);
    expect(isOutOfMemory(new PipelineError('ENCODE_FAILED', { message: 'no such file', retryable: false }))).toBe(
      false,
    );
  });
});
