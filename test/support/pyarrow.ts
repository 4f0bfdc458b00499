import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inject } from 'vitest';

const run = promisify(execFile);

const script = `
import json, sys
import pyarrow.dataset as ds
import pyarrow.compute as pc
folder = sys.argv[1]
table = ds.dataset(folder, format='parquet', exclude_invalid_files=False).to_table(columns=['kafka_partition', 'kafka_offset'])
pairs = set(zip(table['kafka_partition'].to_pylist(), table['kafka_offset'].to_pylist()))
print(json.dumps({'rows': table.num_rows, 'distinct': len(pairs)}))
`;

/** Rows of a folder of Parquet files, and how many different Kafka coordinates they have: counted without any code of ours. */
export async function countWithPyarrow(folder: string): Promise<{ rows: number; distinct: number }> {
  const { stdout } = await run(inject('stack').python, ['-c', script, folder]);
  return JSON.parse(stdout);
}
