import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJsonIcebergCatalog } from '../../../src/lake/catalog/json-iceberg-catalog.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { isRetryable } from '../../../src/runtime/errors.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { runs } from '../../support/fuzzing.ts';
import { openIcebergLake, type IcebergTestLake } from '../../support/iceberg-lake.ts';
import {
  allOffsets,
  commitRows,
  createIcebergTools,
  doubledOffsets,
  faultyCatalog,
  visibleOffsets,
} from '../../support/iceberg-service.ts';
import { mortalStore } from '../../support/mortal-store.ts';
import { writeBatches } from '../../support/write-batches.ts';

const numbers = (count: number) => jsonRecords(...Array.from({ length: count }, (_, n) => ({ n })));

describe('a member that dies while it commits a snapshot', () => {
  it.each(['before', 'after'] as const)(
    '%s any of its writes: the next one takes everything in once',
    async (phase) => {
      let deaths = 0;
      for (let nth = 1; deaths === nth - 1; nth++) {
        const lake = await openIcebergLake();
        await writeBatches(createIcebergTools(lake), [numbers(3), numbers(2)]);
        const store = mortalStore(lake.store, nth, phase);
        const iceberg = createJsonIcebergCatalog({ store, database: 'test', clock: systemClock });
        await commitRows({ store, iceberg }).catch(() => deaths++);
        await commitRows(lake);
        expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 5));
        expect(await doubledOffsets(lake)).toEqual([]);
        if (!store.isDead) break;
      }
      // the note of the table, manifest, list, metadata, pointer
      expect(deaths).toBe(5);
    },
  );
});

type Step =
  | { readonly kind: 'write'; readonly size: number }
  | { readonly kind: 'commit'; readonly fault: 'lost-answer' | 'never-arrives' | 'late' | undefined }
  | { readonly kind: 'commit-together'; readonly members: number };

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('write' as const), size: fc.integer({ min: 1, max: 4 }) }),
    fc.record({
      kind: fc.constant('commit' as const),
      fault: fc.constantFrom('lost-answer', 'never-arrives', 'late', undefined),
    }),
    fc.record({ kind: fc.constant('commit-together' as const), members: fc.integer({ min: 2, max: 4 }) }),
  ),
  { minLength: 3, maxLength: 12 },
);

async function play(lake: IcebergTestLake, script: readonly Step[]): Promise<number> {
  let fault: Extract<Step, { kind: 'commit' }>['fault'];
  const iceberg = faultyCatalog(lake.iceberg, () => {
    const next = fault;
    fault = undefined;
    return next;
  });
  const sizes: number[] = [];
  for (const step of script) {
    if (step.kind === 'write') {
      sizes.push(step.size);
      await writeBatches(
        createIcebergTools(lake),
        sizes.map((size) => numbers(size)),
      );
    } else if (step.kind === 'commit') {
      fault = step.fault;
      await commitRows({ ...lake, iceberg }).catch((error: unknown) => {
        if (!isRetryable(error)) throw error;
      });
    } else {
      await Promise.all(Array.from({ length: step.members }, () => commitRows({ ...lake, iceberg })));
    }
    // a fault that met nothing to commit must not wait for another step
    fault = undefined;
  }
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe('members that write and commit in any order, on a network that loses and delays', () => {
  it('hold every record once in the end, and twice in no snapshot', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const lake = await openIcebergLake();
        const records = await play(lake, script);
        await commitRows(lake);
        if (records === 0) return;
        expect(await visibleOffsets(lake)).toEqual(allOffsets(1, records));
        expect(await doubledOffsets(lake)).toEqual([]);
      }),
      runs(12),
    );
  });
});
