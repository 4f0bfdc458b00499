import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecodedColumn } from '../../../src/consumer/columns/builders/decoded-column.ts';
import { RescuedValues } from '../../../src/consumer/columns/rescue/rescued-values.ts';
import { shredColumn } from '../../../src/consumer/columns/builders/shred-column.ts';
import { JsonValues } from '../../../src/consumer/ports/json-values.ts';
import type { ValueLeaves } from '../../../src/consumer/ports/value-leaves.ts';
import { fitEmpties } from '../../../src/consumer/table/route/fit-empties.ts';
import { mergeLeaves } from '../../../src/consumer/table/route/merge-leaves.ts';
import { leafColumns } from '../../../src/parquet/leaves/gather-leaves.ts';
import { shred } from '../../../src/parquet/leaves/shred.ts';
import { Turns } from '../../../src/runtime/turns.ts';
import { conform } from '../../../src/schema/infer/conform.ts';
import { parseJson } from '../../../src/schema/json/exact-json.ts';
import { wholeCell } from '../../../src/schema/values/fits-whole.ts';
import type { ObserveRules } from '../../../src/schema/infer/observe.ts';
import type { ColumnType } from '../../../src/schema/types/column-type.ts';
import { runs } from '../../support/fuzzing.ts';
import { jsonOf, leafContent, mappedTypes } from '../../support/nested-values.ts';
import { rescuedObjects } from '../../support/rescued-objects.ts';

const rules: ObserveRules = { numbers: 'double', depthMax: 6 };
const structs = mappedTypes.filter(({ kind }) => kind === 'struct');

/** JSON of objects that tell no type, with keys that types have, in two spellings, and others. */
const keys = fc.constantFrom('f0', 'f1', 'f2', 'F1', 'g');
const { empties } = fc.letrec<{ empties: string; member: string }>((tie) => ({
  member: fc.oneof({ maxDepth: 2 }, fc.constantFrom('null', '[]', '{}'), tie('empties')),
  empties: fc
    .array(fc.tuple(keys, tie('member')), { maxLength: 3 })
    .map((members) => `{${members.map(([key, member]) => `"${key}": ${member}`).join(',')}}`),
}));

function columnOf(texts: readonly string[], rows: readonly number[], observed: DecodedColumn['observed']) {
  const values = new JsonValues();
  for (const text of texts) values.addText(text);
  const store = { kind: 'nested' as const, values, areWhole: true };
  return { name: 'v', field: 'v', observed, count: texts.length, rows: Int32Array.from(rows), store };
}

/** What `conform` gives of values, and what it rescues. */
function reference(texts: readonly string[], type: ColumnType) {
  const rescued = new RescuedValues();
  const cells = texts.map((text, row) => {
    const options = { rules, path: '/v', depth: 1 };
    const rescue = (path: string, member: unknown): void => rescued.add(row, path, member);
    return wholeCell(parseJson(conform(parseJson(text), type, { ...options, rescue }) ?? 'null'), type);
  });
  return { cells, rescued };
}

async function leavesOfCells(cells: readonly unknown[], type: ColumnType) {
  const column = { name: 'v', type, valueAt: (row: number) => cells[row], validity: undefined };
  return leafContent(await shred(column, { first: 0, end: cells.length }, new Turns()));
}

function leavesOfColumn(column: DecodedColumn | undefined): ValueLeaves | undefined {
  return column?.store.kind === 'nested' ? column.store.leaves : undefined;
}

describe('structs that tell no type', () => {
  it('become the leaves of a struct, and what has no place in it is rescued', async () => {
    let [seen, withRescued] = [0, 0];
    await fc.assert(
      fc.asyncProperty(structs, fc.array(empties, { minLength: 1, maxLength: 12 }), async (type, texts) => {
        const column = columnOf(texts, [...texts.keys()], { form: 'empty-struct' });
        const rescued = new RescuedValues();
        const fitted = await fitEmpties(column, type, { rules, rescued, turns: new Turns() });
        const expected = reference(texts, type);
        const leaves = leavesOfColumn(fitted);
        // all are empty, or one has two members of a name
        expect(leaves !== undefined || rescued.size === 0).toBe(true);
        if (leaves === undefined) return;
        seen++;
        if (rescued.size > 0) withRescued++;
        expect(leafContent([...leafColumns(leaves.leaves)])).toEqual(await leavesOfCells(expected.cells, type));
        expect(rescuedObjects(rescued)).toEqual(rescuedObjects(expected.rescued));
      }),
      runs(1000),
    );
    // the generators must not miss what this is for
    expect(Math.min(seen, withRescued)).toBeGreaterThan(100);
  });

  it('go among the structs of their column, in the order of the rows', async () => {
    let seen = 0;
    const batches = structs.chain((type) =>
      fc.record({
        type: fc.constant(type),
        typed: fc.array(jsonOf(type), { minLength: 1, maxLength: 12 }),
        some: fc.array(empties, { minLength: 1, maxLength: 12 }),
        order: fc.array(fc.nat(1000), { minLength: 24, maxLength: 24 }),
        isFirst: fc.boolean(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(batches, async ({ type, typed, some, order, isFirst }) => {
        const texts = [...typed, ...some];
        const rowOf = texts.map((_, at) => at).toSorted((a, b) => (order[a] ?? 0) - (order[b] ?? 0));
        const rowsOf = (from: number, end: number): number[] =>
          [...rowOf.entries()].flatMap(([row, at]) => (at >= from && at < end ? [row] : []));
        const inOrder = rowOf.map((at) => texts[at] ?? '');
        const [ofTyped, ofSome] = [rowsOf(0, typed.length), rowsOf(typed.length, texts.length)];
        const textsOf = (rows: readonly number[]): string[] => rows.map((row) => inOrder[row] ?? '');
        const turns = new Turns();
        const base = columnOf(textsOf(ofTyped), ofTyped, { form: 'plain', type });
        const shredded = await shredColumn({ ...base, type, values: base.store.values, path: '/v' }, rules, turns);
        const empty = columnOf(textsOf(ofSome), ofSome, { form: 'empty-struct' });
        const other = await fitEmpties(empty, type, { rules, rescued: new RescuedValues(), turns });
        if (shredded === undefined || leavesOfColumn(other) === undefined || other === undefined) return;
        const one = { ...base, store: { ...base.store, leaves: shredded.leaves } };
        const merged = isFirst ? mergeLeaves(other, one) : mergeLeaves(one, other);
        if (merged === undefined) return;
        seen++;
        const { cells } = reference(inOrder, type);
        const leaves = leavesOfColumn(merged)?.leaves ?? [];
        expect(leafContent([...leafColumns(leaves)])).toEqual(await leavesOfCells(cells, type));
        expect([...(merged.rows ?? [])]).toEqual([...inOrder.keys()]);
        if (merged.store.kind !== 'nested') return;
        const { values } = merged.store;
        expect(inOrder.map((_, at) => values.valueAt(at))).toEqual(inOrder.map((text) => parseJson(text)));
      }),
      runs(1000),
    );
    expect(seen).toBeGreaterThan(100);
  });

  it('stay as they are where each is empty', async () => {
    const column = columnOf(['{}', '{ }'], [0, 1], { form: 'empty-struct' });
    const tools = { rules, rescued: new RescuedValues(), turns: new Turns() };
    const type: ColumnType = { kind: 'struct', fields: [{ name: 'a', type: { kind: 'string' } }] };
    expect(await fitEmpties(column, type, tools)).toBe(column);
    expect(await fitEmpties(column, { kind: 'string' }, tools)).toBeUndefined();
  });
});
