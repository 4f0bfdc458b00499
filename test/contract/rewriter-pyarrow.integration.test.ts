import fc from 'fast-check';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { fieldIdsOf, IdSource, newField } from '../../src/iceberg/metadata/iceberg-columns.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import type { Column } from '../../src/schema/types/column-type.ts';
import { formatType } from '../../src/schema/types/hive-ddl.ts';
import { evolvingBatches } from '../support/evolving-batches.ts';
import { testTable, type TestLake } from '../support/lake.ts';
import { jsonOf, nestedTypes } from '../support/nested-values.ts';
import { startRewriteOracle, type RewriteOracle } from '../support/rewrite-oracle.ts';
import { createTestRewriter } from '../support/test-rewriter.ts';
import { valueCases } from '../support/value-cases.ts';
import { writeCase } from '../support/write-case.ts';

const encoder = createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000 });

/** Rewrites all files of the lake's table as one, with ids: all columns at a time, and in batches. Gives what pyarrow finds different. */
async function differences(lake: TestLake, oracle: RewriteOracle): Promise<unknown[]> {
  const { store, catalog, root } = lake;
  const table = await catalog.load(testTable);
  if (table === undefined) throw new Error('the table is written');
  const columns: readonly Column[] = table.columns;
  const ids = new IdSource(0);
  const fieldIds = fieldIdsOf(columns.map((column) => newField(column, ids)));
  const infos = await Array.fromAsync(store.list(`${testTable}/`));
  const like = join(root, 'like.parquet');
  const empty = columns.map((column) => ({ ...column, data: { kind: 'values' as const, valueAt: () => null } }));
  const none = empty.map((column) => ({ ...column, validity: new Uint8Array(1) }));
  await writeFile(like, await encoder.encode({ rowCount: 1, columns: none, fieldIds }));
  const path = (key: string): string => fileURLToPath(store.uri(key));
  const found: unknown[] = [];
  for (const leavesAtOnce of [undefined, 2]) {
    const key = `rewritten-${leavesAtOnce}.parquet`;
    const { rows } = await createTestRewriter(store, leavesAtOnce).rewrite({
      sources: infos.map(({ key: source, size }) => ({ key: source, bytes: size })),
      key,
      columns,
      fieldIds,
      orderBy: ['eventtime', 'kafka_partition', 'kafka_offset'],
    });
    expect(rows).toBeGreaterThan(0);
    const sources = infos.map((info) => path(info.key));
    found.push(...(await oracle.differences({ sources, rewritten: path(key), like })));
  }
  return found;
}

describe('files that were rewritten', () => {
  it('hold what was written, in all cases in which a value could be lost', async () => {
    await using oracle = startRewriteOracle(inject('stack').python);
    for (const valueCase of valueCases) {
      const { lake } = await writeCase(valueCase, encoder);
      expect({ name: valueCase.name, found: await differences(lake, oracle) }).toEqual({
        name: valueCase.name,
        found: [],
      });
    }
  });

  it('hold what was written, of a table whose columns and fields came one after another', async () => {
    await using oracle = startRewriteOracle(inject('stack').python);
    const texts = evolvingBatches.map((batch) => batch.map(({ value }) => String(value)));
    const { lake } = await writeCase({ name: '', columns: [], rows: [], batches: texts }, encoder);
    expect(await differences(lake, oracle)).toEqual([]);
  });

  it('hold what was written, whatever nested types and values come', async () => {
    await using oracle = startRewriteOracle(inject('stack').python);
    const named = nestedTypes.filter((type) => !formatType(type).includes('<>'));
    const cases = named.chain((type) =>
      fc.record({
        type: fc.constant(type),
        batches: fc.array(fc.array(jsonOf(type), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ type, batches }) => {
        const texts = batches.map((batch) => batch.map((text) => `{"v":${text}}`));
        const hints = `v ${formatType(type)}`;
        const { lake } = await writeCase({ name: '', columns: [], rows: [], batches: texts, hints }, encoder);
        expect(await differences(lake, oracle)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
