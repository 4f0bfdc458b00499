import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergedSizeOf } from '../../../src/consumer/maintain/merged-size.ts';
import { planMerges } from '../../../src/consumer/maintain/iceberg/plan-merges.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';
import { partitionEndMs } from '../../../src/schema/partitions/partition-end.ts';

const at = Date.parse;
const closedBeforeMs = at('2026-11-26T10:00:00Z');
const size = { bytesMax: 100, rowsMax: 2_000_000 };
const file = (bytes: number, ...partition: readonly string[]) => ({ bytes, rows: 1, partition });
const plan = (files: readonly ReturnType<typeof file>[]) =>
  planMerges(files, { size, closedBeforeMs }).map(({ files: merged }) => merged.map(({ bytes }) => bytes));

describe('choosing the files to merge', () => {
  it('takes the small files of partitions that are closed', () => {
    const files = ['08', '09', '10'].flatMap((hour) => [file(10, '2026-11-26', hour), file(20, '2026-11-26', hour)]);
    expect(plan(files)).toEqual([
      [10, 20],
      [10, 20],
    ]);
  });

  it('leaves large files, and one small file alone, as they are', () => {
    expect(plan([file(75, '2026-11-25', '00'), file(74, '2026-11-25', '00'), file(200, '2026-11-25', '00')])).toEqual(
      [],
    );
  });

  it('makes files of no more than the target, each of at least two', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, (all) => {
        for (const bin of plan(all.map((bytes) => file(bytes, '2026-11-25')))) {
          expect(bin.length).toBeGreaterThan(1);
          expect(bin.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(100);
        }
      }),
    );
  });

  it('makes files of no more rows than can be sorted, and leaves those that have about as many', () => {
    const rows = (...counts: readonly number[]) =>
      counts.map((count) => ({ ...file(1, '2026-11-25'), rows: count * 100_000 }));
    const planned = planMerges(rows(8, 8, 8, 16), { size, closedBeforeMs });
    expect(planned.map(({ files }) => files.map((each) => each.rows / 100_000))).toEqual([[8, 8]]);
  });

  it('makes files of the fewer rows the more values a row has', () => {
    const rowsMax = (ddl: string) => mergedSizeOf(parseColumns(ddl), 100).rowsMax;
    const wide = Array.from({ length: 40 }, (_, index) => `s${index} struct<a:double,b:array<string>>`).join(', ');
    expect([rowsMax('a double'), rowsMax(wide)]).toEqual([2_000_000, 400_000]);
  });

  it('waits in a table without partitions until it is worth it', () => {
    expect(plan([file(10), file(10)])).toEqual([]);
    expect(plan(Array.from({ length: 32 }, () => file(1)))).toHaveLength(1);
    expect(plan([file(40), file(40)])).toEqual([[40, 40]]);
  });

  it('leaves partitions of values that are no time alone', () => {
    expect(plan([file(10, 'x', '09'), file(10, 'x', '09')])).toEqual([]);
  });
});

describe('the end of a partition', () => {
  it.each([
    [['2026-11-26', '09'], '2026-11-26T10:00:00Z'],
    [['2026-11-26'], '2026-11-27T00:00:00Z'],
    [['2026', '11', '26', '23'], '2026-11-27T00:00:00Z'],
  ])('of %j is %s', (values, end) => {
    expect(partitionEndMs(values)).toBe(at(end));
  });

  it.each([[[]], [['2026-13-01']], [['2026-11-26', '24']], [['2026-11-26', '']], [['null']], [['2026', '11', '26']]])(
    'of %j is not known',
    (values) => {
      expect(partitionEndMs(values)).toBeUndefined();
    },
  );
});
