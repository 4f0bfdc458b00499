import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { createHyparquetEncoder } from '../../src/parquet/other-encoders/hyparquet-encoder.ts';
import { createParquetjsEncoder } from '../../src/parquet/other-encoders/parquetjs-encoder.ts';
import { rowGroupRows, writePushdownFile } from '../support/pushdown.ts';

const run = promisify(execFile);

/** Counts rows under 200 random predicates a column, by the file's bounds and without them; prints those that differ. */
const script = `
import json, random, sys
import pyarrow.dataset as ds
import pyarrow.parquet as pq

random.seed(7)
path = sys.argv[1]
dataset = ds.dataset(path, format='parquet')
table = pq.read_table(path)
compare = [lambda f, v: f == v, lambda f, v: f != v, lambda f, v: f < v, lambda f, v: f <= v, lambda f, v: f > v, lambda f, v: f >= v]
tried, wrong = 0, []
for name in ['txt', 'num', 'big', 'at', 'day', 'flag', ('place', 'bed'), ('place', 'load')]:
    field = ds.field(*name) if isinstance(name, tuple) else ds.field(name)
    column = table[name[0]].combine_chunks().field(name[1]) if isinstance(name, tuple) else table[name]
    values = [value for value in column.to_pylist() if value is not None]
    for _ in range(200):
        one, other = random.choice(values), random.choice(values)
        kind = random.randrange(9)
        if kind < 6: predicate = compare[kind](field, one)
        elif kind == 6: predicate = (field >= min(one, other)) & (field <= max(one, other))
        elif kind == 7: predicate = field.isin([one, other])
        else: predicate = field.is_null()
        tried += 1
        found, expected = dataset.count_rows(filter=predicate), table.filter(predicate).num_rows
        if found != expected: wrong.append([str(predicate), found, expected])
print(json.dumps({'tried': tried, 'wrong': wrong, 'groups': pq.ParquetFile(path).num_row_groups}))
`;

describe.each([
  ['glueless', createColumnEncoder({ codec: 'zstd', rowGroupRows })],
  ['hyparquet', createHyparquetEncoder({ codec: 'zstd', rowGroupRows })],
  ['parquetjs-lite', createParquetjsEncoder({ codec: 'snappy', rowGroupRows })],
])('row groups written by %s', (_name, encoder) => {
  it('are skipped by pyarrow only when no row of them is asked for', async () => {
    const { stdout } = await run(inject('stack').python, ['-c', script, await writePushdownFile(encoder)]);
    expect(JSON.parse(stdout)).toEqual({ tried: 1600, wrong: [], groups: 12 });
  });
});
