import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RewrittenOffsets } from '../../../src/consumer/audit/rewritten/rewritten-offsets.ts';
import { RewrittenRanges, type RewrittenRange } from '../../../src/consumer/audit/rewritten/rewritten-ranges.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { createColumnEncoder } from '../../../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { runs } from '../../support/fuzzing.ts';

type Row = readonly [partition: number, offset: number];

async function writeFile(rows: readonly Row[]) {
  const ids = Int32Array.from(rows, ([partition]) => partition);
  const offsets = BigInt64Array.from(rows, ([, offset]) => BigInt(offset));
  const columns = [
    { name: 'kafka_partition', type: { kind: 'int' as const }, data: { kind: 'int' as const, values: ids } },
    { name: 'kafka_offset', type: { kind: 'bigint' as const }, data: { kind: 'bigint' as const, values: offsets } },
  ];
  const encoder = createColumnEncoder({ codec: 'snappy', rowGroupRows: 3 });
  return encoder.encode({ rowCount: rows.length, columns });
}

/** What is found in files of these rows, each as `0/10 record-missing 3 of 5`; offsets are forgotten after each file of the places that are read then. */
async function find(ranges: readonly RewrittenRange[], files: Readonly<Record<string, readonly Row[]>>) {
  const store = createMemoryObjectStore();
  const all = new RewrittenRanges();
  for (const range of ranges) all.add(range);
  const offsets = new RewrittenOffsets(all);
  const read = new Set<string>();
  for (const [place, rows] of Object.entries(files)) {
    const bytes = await writeFile(rows);
    await store.put(place, bytes);
    await offsets.read({ key: place, size: bytes.length }, { store, parquet: hyparquetReader });
    read.add(place);
    offsets.forget((values) => values.every((value) => read.has(value)));
  }
  const findings = [...offsets.findings({ where: 'files', action: '' })];
  return {
    others: offsets.others,
    findings: findings.map(({ partition, where, problem, what }) => `${partition}${where} ${problem}: ${what}`),
  };
}

const rangeOf = (from: number, rows: number, more: Partial<RewrittenRange> = {}): RewrittenRange => {
  const range = { partition: 0, from: BigInt(from), to: BigInt(from + 10), rows, values: ['a'] };
  return { ...range, hasIndex: false, lacksCoordinates: false, ...more };
};

const rowsOf = (from: number, count: number): Row[] => Array.from({ length: count }, (_, at) => [0, from + at]);

describe('rows of rewritten objects', () => {
  it('are missed, met twice, or of no range', async () => {
    const ranges = [rangeOf(0, 10), rangeOf(10, 10), rangeOf(20, 5), rangeOf(40, 2)];
    const a: Row[] = [...rowsOf(0, 9), ...rowsOf(10, 10), [0, 12], ...rowsOf(20, 5), [0, 30], [1, 0]];
    expect(await find(ranges, { a })).toEqual({
      others: 2,
      findings: [
        '0[0, 10) record-missing: has 9 of its 10 rows in files',
        '0[10, 20) record-doubled: has 1 rows twice in files',
        '0[40, 50) record-missing: has 0 of its 2 rows in files',
      ],
    });
  });

  it('are met twice also in a file that comes when all of them were met, or could have been', async () => {
    const ranges = [rangeOf(0, 10), rangeOf(10, 8)];
    const files = {
      a: [...rowsOf(0, 10), ...rowsOf(10, 8)],
      b: [
        [0, 3],
        [0, 11],
      ] as Row[],
    };
    expect((await find(ranges, files)).findings).toEqual([
      '0[0, 10) record-doubled: has 1 rows twice in files',
      '0[10, 20) record-doubled: has 1 rows twice in files',
    ]);
  });

  it('are those of an entry as a whole, whose objects lie in several Hive partitions', async () => {
    const ranges = [rangeOf(0, 4), rangeOf(0, 6, { values: ['b'] })];
    expect(await find(ranges, { a: rowsOf(0, 4), b: rowsOf(4, 6) })).toEqual({ others: 0, findings: [] });
    expect((await find(ranges, { a: rowsOf(0, 4), b: rowsOf(3, 6) })).findings).toEqual([
      '0[0, 10) record-doubled: has 1 rows twice in files',
      '0[0, 10) record-missing: has 9 of its 10 rows in files',
    ]);
  });

  it('may be several of one offset where the entry says so: then they are counted', async () => {
    const ranges = [rangeOf(0, 3, { hasIndex: true })];
    const same: Row[] = [
      [0, 1],
      [0, 1],
      [0, 1],
    ];
    expect((await find(ranges, { a: same })).findings).toEqual([]);
    expect((await find(ranges, { a: [...same, [0, 1]] })).findings).toHaveLength(1);
  });

  it('are found whatever order ranges and rows come in', async () => {
    const starts = fc.shuffledSubarray([0, 10, 20, 30, 40], { minLength: 5 });
    const rows = fc.shuffledSubarray(rowsOf(0, 50), { minLength: 50 });
    const lost = fc.integer({ min: 0, max: 49 });
    await fc.assert(
      fc.asyncProperty(starts, rows, lost, async (froms, shuffled, offset) => {
        const ranges = froms.map((from) => rangeOf(from, 10));
        const from = offset - (offset % 10);
        const a = shuffled.filter((row) => row[1] !== offset);
        const findings = [`0[${from}, ${from + 10}) record-missing: has 9 of its 10 rows in files`];
        expect(await find(ranges, { a })).toEqual({ others: 0, findings });
      }),
      runs(30),
    );
  });
});

describe('rewritten ranges', () => {
  it('leave out what lay in Hive partitions that were removed', () => {
    const ranges = new RewrittenRanges();
    ranges.add(rangeOf(0, 4));
    ranges.add(rangeOf(0, 6, { values: ['b'] }));
    ranges.excuse(([value]) => value === 'a');
    expect(ranges.total).toEqual({ objects: 1, rows: 6 });
    expect([...ranges]).toEqual([rangeOf(0, 6, { values: ['b'] })]);
  });
});
