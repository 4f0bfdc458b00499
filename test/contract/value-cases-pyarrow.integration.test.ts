import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { testTable } from '../support/lake.ts';
import { allEncoders, casesFor, writeCase } from '../support/write-case.ts';

const run = promisify(execFile);

/** Prints the rows of each folder, without nulls: integers beyond 2^53 as their digits, times in ISO 8601. */
const script = `
import datetime, glob, json, sys
import pyarrow.parquet as pq

def plain(value):
    if isinstance(value, bool): return value
    if isinstance(value, int): return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float): return str(int(value)) if 2**53 <= abs(value) < 1e21 and value.is_integer() else value
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat(timespec='milliseconds').replace('+00:00', 'Z')
    if isinstance(value, datetime.date): return value.isoformat()
    if is_map(value): return {key: plain(member) for key, member in value if has_value(member)}
    if isinstance(value, list): return [plain(each) for each in value]
    if isinstance(value, dict): return {name: plain(member) for name, member in value.items() if has_value(member)}
    return value

def is_map(value):
    return isinstance(value, list) and len(value) > 0 and all(isinstance(each, tuple) for each in value)

def has_value(value):
    if isinstance(value, dict): return any(has_value(member) for member in value.values())
    return value is not None

def rows_of(path):
    return pq.ParquetFile(path).read().to_pylist()

def is_data(name):
    return name not in ('kafka_partition', 'kafka_offset', 'kafka_timestamp')

for folder in sys.argv[1:]:
    rows = [row for path in sorted(glob.glob(folder + '/**/*.parquet', recursive=True)) for row in rows_of(path)]
    rows.sort(key=lambda row: row.get('kafka_offset', 0))
    print(json.dumps([{name: plain(value) for name, value in row.items() if is_data(name) and has_value(value)} for row in rows]))
`;

describe.each(allEncoders)('values written by %s', (encoderName, encoder) => {
  const cases = casesFor(encoderName);
  it('are what pyarrow reads', async () => {
    const folders: string[] = [];
    for (const valueCase of cases) {
      const { lake } = await writeCase(valueCase, encoder);
      folders.push(join(lake.root, testTable));
    }
    const { stdout } = await run(inject('stack').python, ['-c', script, ...folders]);
    const found = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(found.map((rows, index) => ({ name: cases[index]?.name, rows }))).toEqual(
      cases.map(({ name, rows }) => ({ name, rows })),
    );
  });
});
