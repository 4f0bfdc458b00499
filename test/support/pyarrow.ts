import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import type { Reading } from '../../src/producer/thermometer.ts';

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

const sumsScript = `
import json, sys
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.compute as pc
table = ds.dataset(sys.argv[1], format='parquet', exclude_invalid_files=False).to_table()
ms = pc.cast(pc.cast(table['eventtime'], pa.timestamp('ms', 'UTC')), pa.int64())
device = pc.cast(pc.utf8_slice_codeunits(table['deviceid'], 12), pa.int64())
patient = pc.cast(pc.utf8_slice_codeunits(table['patientid'], 8), pa.int64())
tenths = pc.cast(pc.round(pc.multiply(table['temperature'], 10)), pa.int64())
total = lambda values: str(pc.sum(values).as_py())
print(json.dumps({'rows': table.num_rows, 'times': total(ms), 'tenths': total(tenths),
  'together': total(pc.multiply(pc.add(device, pc.multiply(patient, 3)), pc.add(tenths, pc.divide(ms, 1000))))}))
`;

/** Makes checksums over thermometer readings that change when any value moves to another row, is lost or is damaged. */
export interface ReadingSums {
  readonly rows: number;
  readonly times: string;
  readonly tenths: string;
  readonly together: string;
}

export async function sumWithPyarrow(folder: string): Promise<ReadingSums> {
  const { stdout } = await run(inject('stack').python, ['-c', sumsScript, folder]);
  return JSON.parse(stdout);
}

/** Makes the same checksums of the readings that the simulator publishes. */
export function sumsOf(readings: Iterable<Reading>): ReadingSums {
  let rows = 0;
  let times = 0n;
  let sumOfTenths = 0n;
  let together = 0n;
  for (const { deviceId, patientId, temperature, eventTime } of readings) {
    const ms = BigInt(Date.parse(eventTime));
    const tenths = BigInt(Math.round(temperature * 10));
    const names = BigInt(deviceId.slice(12)) + 3n * BigInt(patientId.slice(8));
    rows++;
    times += ms;
    sumOfTenths += tenths;
    together += names * (tenths + ms / 1000n);
  }
  return { rows, times: String(times), tenths: String(sumOfTenths), together: String(together) };
}

/** Counts rows and different Kafka coordinates in a folder of Parquet files, without any code of ours. */
export async function countWithPyarrow(folder: string): Promise<{ rows: number; distinct: number }> {
  const { stdout } = await run(inject('stack').python, ['-c', script, folder]);
  return JSON.parse(stdout);
}

const topicsScript = `
import collections, json, sys
import pyarrow.dataset as ds
columns = ['kafka_topic', 'kafka_partition', 'kafka_offset']
table = ds.dataset(sys.argv[1], format='parquet', exclude_invalid_files=False).to_table(columns=columns)
rows = list(zip(*(table[name].to_pylist() for name in columns)))
print(json.dumps({'rows': collections.Counter(row[0] for row in rows), 'distinct': collections.Counter(row[0] for row in set(rows))}))
`;

/** Rows, and different coordinates of them, by topic. */
export interface TopicCounts {
  readonly rows: Readonly<Record<string, number>>;
  readonly distinct: Readonly<Record<string, number>>;
}

/** Counts the rows of a table that several topics share, without any code of ours. */
export async function countTopicsWithPyarrow(folder: string): Promise<TopicCounts> {
  const { stdout } = await run(inject('stack').python, ['-c', topicsScript, folder]);
  return JSON.parse(stdout);
}

const rowsScript = `
import json, sys
import pyarrow.dataset as ds
rows = ds.dataset(sys.argv[1], format='parquet', exclude_invalid_files=False).to_table().to_pylist()
print(json.dumps(sorted(rows, key=lambda row: (row['kafka_partition'], row['kafka_offset'])), default=str))
`;

/** Reads all rows below the folder, by their Kafka coordinates. */
export async function readAllRows(folder: string): Promise<Record<string, unknown>[]> {
  const { stdout } = await run(inject('stack').python, ['-c', rowsScript, folder]);
  return JSON.parse(stdout);
}
