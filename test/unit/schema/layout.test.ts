import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupRows, hivePath, layoutOf, partitionKeys } from '../../../src/schema/partitions/layout.ts';
import { runs } from '../../support/fuzzing.ts';

describe('Hive layout', () => {
  it('puts every row into exactly one group, that of its hour', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4e12 }), { maxLength: 50 }), (times) => {
        const groups = groupRows(Float64Array.from(times), 'hour');
        const rows = groups.flatMap(({ rows: of }) => [...of]).toSorted((a, b) => a - b);
        expect(rows).toEqual([...times.keys()]);
        for (const { values, rows: of } of groups) {
          for (const row of of) expect(new Date(times[row]!).toISOString()).toMatch(`${values[0]}T${values[1]}`);
        }
      }),
      runs(),
    );
  });

  it('names partitions as Hive does', () => {
    const keys = partitionKeys('hour').map(({ name }) => name);
    expect(hivePath(keys, ['2026-11-23', '09'])).toBe('event_date=2026-11-23/event_hour=09');
    expect(hivePath(['a'], ['../x'])).not.toContain('/');
  });

  it('knows a layout by its keys again', () => {
    for (const layout of ['hour', 'day', 'none'] as const) expect(layoutOf(partitionKeys(layout))).toBe(layout);
    expect(layoutOf([{ name: 'region', type: { kind: 'string' } }])).toBeUndefined();
  });
});
