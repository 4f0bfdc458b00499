import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { measureProcess } from '../support/measure.ts';
import { parquetBytes, parquetFiles, query } from '../support/parquet-output.ts';
import type { ContenderResult, Sample } from '../support/results.ts';
import type { Bench, Workload } from '../support/workload.ts';
import { gluelessJson, readingsFile } from './json-to-parquet.ts';

/** Settings with which DuckDB writes the same rows. */
const writers = [
  { id: 'duckdb', name: 'DuckDB, its defaults', options: 'FORMAT parquet, COMPRESSION zstd' },
  {
    id: 'duckdb-v2',
    name: 'DuckDB, PARQUET_VERSION V2',
    options: 'FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V2',
  },
];

/** One sample: sizes are the same each time. */
export const fileSize: Workload = {
  name: 'file-size',
  about:
    'Each file of 100,000 rows that we wrote in json-to-parquet, written again by DuckDB: the same rows, columns and order. Bytes of all files together.',
  run: async (bench) => {
    const ours = join(bench.folder, 'glueless');
    await mkdir(ours, { recursive: true });
    const job = { file: await readingsFile(bench), records: bench.records, folder: ours };
    const cost = await measureProcess(gluelessJson.invocation(job));
    const result = (id: string, name: string, setting: string, sample: Sample): ContenderResult => ({
      id,
      name,
      settings: [setting],
      records: bench.records,
      samples: [sample],
    });
    const bytes = await parquetBytes(ours);
    bench.say(`glueless: ${bytes} bytes`);
    const found = [result('glueless', 'glueless', 'zstd', { ...cost, figures: { outputBytes: bytes } })];
    for (const { id, name, options } of writers) {
      const sample = await rewrite(bench, ours, { id, options });
      bench.say(`${name}: ${sample.figures?.['outputBytes']} bytes`);
      found.push(result(id, name, options, sample));
    }
    return found;
  },
};

/** Runs in this process, since only the bytes count. */
async function rewrite(bench: Bench, ours: string, { id, options }: { id: string; options: string }): Promise<Sample> {
  const folder = join(bench.folder, id);
  await mkdir(folder, { recursive: true });
  for (const file of await parquetFiles(ours)) {
    await query(`COPY (SELECT * FROM read_parquet('${file}')) TO '${join(folder, basename(file))}' (${options})`);
  }
  return { wallSeconds: 0, cpuSeconds: 0, peakRssBytes: 0, figures: { outputBytes: await parquetBytes(folder) } };
}
