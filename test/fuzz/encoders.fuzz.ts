import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../support/fuzzing.ts';
import { startParquetOracle, type ParquetOracle } from '../support/parquet-oracle.ts';
import { randomRecords } from '../support/random-records.ts';
import { tablesOf } from '../support/tables.ts';
import { allEncoders } from '../support/write-case.ts';

let oracle: ParquetOracle;
let folder = '';

beforeAll(async () => {
  oracle = await startParquetOracle();
  folder = await mkdtemp(join(tmpdir(), 'glueless-fuzz-'));
});

afterAll(async () => {
  await oracle.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('the three encoders', () => {
  it('write files that pyarrow reads back equal, and whose bounds hide no row from a predicate', async () => {
    await fc.assert(
      fc.asyncProperty(randomRecords, fc.nat(), async (records, seed) => {
        for (const table of await tablesOf(records)) {
          const files: string[] = [];
          for (const [name, encoder] of allEncoders) {
            const file = join(folder, `${name}.parquet`);
            await writeFile(file, await encoder.encode(table));
            files.push(file);
          }
          expect(await oracle.differences(files, seed)).toEqual([]);
        }
      }),
      runs(),
    );
  });
});
