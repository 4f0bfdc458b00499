import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { formatType } from '../../src/schema/types/hive-ddl.ts';
import { evolvingBatches } from '../support/evolving-batches.ts';
import { createTestTools, openTestLake, testTable } from '../support/lake.ts';
import { writeBatches } from '../support/write-batches.ts';

const run = promisify(execFile);

/** Reads every file with the schema the catalog has now, as pyarrow types. */
const script = `
import json, sys
import pyarrow as pa, pyarrow.dataset as ds

def parse(text):
    scalars = {'double': pa.float64(), 'string': pa.string(), 'boolean': pa.bool_(), 'date': pa.date32(), 'timestamp': pa.timestamp('ms'), 'bigint': pa.int64(), 'int': pa.int32()}
    if text.startswith('array<'):
        return pa.list_(parse(text[6:-1]))
    if text.startswith('struct<'):
        fields, depth, start, inner = [], 0, 0, text[7:-1]
        for at, char in enumerate(inner + ','):
            depth += (char == '<') - (char == '>')
            if char == ',' and depth == 0:
                name, kind = inner[start:at].split(':', 1)
                fields.append(pa.field(name, parse(kind)))
                start = at + 1
        return pa.struct(fields)
    return scalars[text]

columns = json.loads(sys.argv[2])
schema = pa.schema([pa.field(name, parse(kind)) for name, kind in columns])
table = ds.dataset(sys.argv[1], format='parquet', schema=schema).to_table()
print(json.dumps(sorted(table.to_pylist(), key=lambda row: row['id']), default=str))
`;

describe('files of a table that has grown', () => {
  it('are all read by pyarrow with the catalog’s types', async () => {
    const lake = await openTestLake();
    await writeBatches(createTestTools(lake), evolvingBatches);
    const table = await lake.catalog.load(testTable);
    const columns = (table?.columns ?? [])
      .filter(({ name }) => !name.startsWith('kafka_'))
      .map(({ name, type }) => [name, formatType(type)]);
    const { stdout } = await run(inject('stack').python, [
      '-c',
      script,
      join(lake.root, testTable),
      JSON.stringify(columns),
    ]);
    expect(JSON.parse(stdout)).toMatchObject([
      { id: 1, t: 36.8, place: null },
      { id: 2, t_string: 'warm', place: { ward: 'A', bed: null } },
      { id: 3, t_boolean: true, place: { ward: 'B', bed: { number: 7 } }, tags: ['x'] },
      { id: 4, place: { floor: 2 }, stays: [{ from: '2026-11-23', to: null }] },
      {
        id: 5,
        place: { ward: null, ward_double: 5 },
        stays: [{ from: '2026-11-24', to: '2026-11-25' }],
        tags_array_double: [1],
      },
    ]);
  });
});
