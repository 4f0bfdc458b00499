import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBatches } from '../../../src/lake/rewriter/column-batches.ts';
import { countLeaves } from '../../../src/schema/types/type-weight.ts';
import type { Column } from '../../../src/schema/types/column-type.ts';

const tables = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 300 }).map((widths) =>
  widths.map((width, at): Column => {
    const fields = Array.from({ length: width }, (_, field) => ({
      name: `f${field}`,
      type: { kind: 'double' as const },
    }));
    return { name: `c${at}`, type: { kind: 'struct', fields } };
  }),
);

const limits = { leavesMax: 16, groupRowsMax: 65_536 };

describe('batches of columns', () => {
  it('hold each column once, in the order of the table, and no more leaves than are asked for', () => {
    fc.assert(
      fc.property(tables, (columns) => {
        const { batches } = planBatches(columns, { ...limits, bytesPerRow: () => 1 });
        expect(batches.flat()).toEqual(columns);
        for (const batch of batches) expect(batch.length === 1 || countLeaves(batch) <= limits.leavesMax).toBe(true);
      }),
    );
  });

  it('have the fewer rows in memory the more values, or bytes, one of them has in a row', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 3000 }), (columns, bytes) => {
        const { batches, groupRows } = planBatches(columns, { ...limits, bytesPerRow: () => bytes });
        const widest = Math.max(...batches.map(countLeaves));
        expect(groupRows * widest).toBeLessThanOrEqual(512 * 1024);
        expect(groupRows === 1024 || groupRows * bytes <= 3 * 1024 * 1024).toBe(true);
      }),
    );
  });
});
