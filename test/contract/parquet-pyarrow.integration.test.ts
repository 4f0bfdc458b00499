import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { createHyparquetEncoder } from '../../src/parquet/other-encoders/hyparquet-encoder.ts';
import { createParquetjsEncoder } from '../../src/parquet/other-encoders/parquetjs-encoder.ts';
import { temporaryFolder } from '../support/lake.ts';
import { sampleRecords, tablesOf } from '../support/tables.ts';

const run = promisify(execFile);
const script = `
import json, sys
import pyarrow.parquet as pq
rows = [row for path in sys.argv[1:] for row in pq.ParquetFile(path).read().to_pylist()]
print(json.dumps(sorted(rows, key=lambda row: row['kafka_offset']), default=str))
`;

/** The value as it comes back from Parquet: nulls in structs are spelled out, an empty struct has no fields. */
const expected = [
  { text: 'a', number: 36.8, flag: true, day: '2026-11-23', tags: ['x', 'y'], place: { ward: 'B', bed: { floor: 2 } } },
  { text: 'ü€😀', number: -0.5, flag: false, day: '1969-12-31', tags: [] },
  { text: null, number: null, flag: null, day: null, tags: null, place: null },
  { text: '', number: 1e300, flag: null, day: null, tags: ['z'], place: { ward: null, bed: { floor: -1 } } },
  { text: 'a', number: 0, flag: true, day: '2024-02-29', tags: null, place: { ward: 'C', bed: null } },
];

describe.each([
  ['hyparquet', createHyparquetEncoder({ codec: 'zstd', rowGroupRows: 2 })],
  ['parquetjs-lite', createParquetjsEncoder({ codec: 'snappy', rowGroupRows: 2 })],
])('Parquet encoder: %s', (_name, encoder) => {
  it('writes files that pyarrow reads back equal', async () => {
    const folder = await temporaryFolder();
    const paths: string[] = [];
    for (const [index, table] of (await tablesOf(sampleRecords)).entries()) {
      const path = join(folder, `${index}.parquet`);
      await writeFile(path, await encoder.encode(table));
      paths.push(path);
    }
    const { stdout } = await run(inject('stack').python, ['-c', script, ...paths]);
    expect(JSON.parse(stdout)).toMatchObject(expected);
  });
});
