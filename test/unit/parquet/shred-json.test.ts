import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonValues } from '../../../src/consumer/ports/json-values.ts';
import { stringAt } from '../../../src/consumer/ports/dictionary-builder.ts';
import { Turns } from '../../../src/runtime/turns.ts';
import { useKernel } from '../../../src/kernel/kernel.ts';
import type { LeafColumn } from '../../../src/parquet/leaf-column.ts';
import { shredJson } from '../../../src/parquet/shred-json.ts';
import { shred } from '../../../src/parquet/shred.ts';
import { wholeCell } from '../../../src/schema/fits-whole.ts';
import type { ColumnType, Field } from '../../../src/schema/types.ts';
import { runs } from '../../support/fuzzing.ts';

const leafKinds = ['double', 'string', 'boolean', 'timestamp', 'date'] as const;

const scalarTypes = fc.constantFrom(...leafKinds).map((kind): ColumnType => ({ kind }));

const types = fc.letrec<{ type: ColumnType; inner: ColumnType }>((tie) => ({
  inner: fc.oneof({ maxDepth: 3 }, scalarTypes, tie('type')),
  type: fc.oneof(
    tie('inner').map((element): ColumnType => ({ kind: 'array', element })),
    fc.array(tie('inner'), { maxLength: 3 }).map((of): ColumnType => ({
      kind: 'struct',
      fields: of.map((type, index): Field => ({ name: `f${index}`, type })),
    })),
  ),
})).type;

const spaces = fc.constantFrom('', ' ', '\n\t');

/** JSON of values of the type: any part can be null or left out, keys are spelt in two ways and come in any order. */
function jsonOf(type: ColumnType): fc.Arbitrary<string> {
  switch (type.kind) {
    case 'array':
      return fc
        .tuple(fc.array(memberOf(type.element), { maxLength: 4 }), spaces)
        .map(([elements, space]) => `[${space}${elements.join(`${space},`)}${space}]`);
    case 'struct': {
      const member = ({ name, type: of }: Field) =>
        fc
          .tuple(fc.constantFrom(name, name.toUpperCase()), memberOf(of), spaces)
          .map(([key, text, space]) => `${JSON.stringify(key)}${space}:${space}${text}`);
      return fc
        .tuple(...type.fields.map(member))
        .chain((members) => fc.shuffledSubarray(members))
        .map((members) => `{${members.join(',')}}`);
    }
    case 'double':
      return fc.oneof(
        // integers of more digits are parsed
        fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .map((number) => JSON.stringify(number))
          .filter((text) => !/^-?\d{16}/.test(text)),
        fc.constantFrom('-0', '36.6', '1E2', '0.1234567890123456789'),
      );
    case 'boolean':
      return fc.constantFrom('true', 'false');
    case 'timestamp':
      return fc.constantFrom('"2026-11-23T09:15:02.120Z"', '"1969-12-31T23:59:59-01:30"');
    case 'date':
      return fc.constantFrom('"2026-11-23"', '"1969-12-31"');
    default:
      return fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => JSON.stringify(text)),
        fc.constantFrom('"ward 1"', String.raw`"\u00e9\ud83d\ude00\n"`, '""'),
      );
  }
}

function memberOf(type: ColumnType): fc.Arbitrary<string> {
  return fc.option(jsonOf(type), { freq: 4, nil: 'null' });
}

/** What the leaves say, whatever the ids of their strings are. */
function contentOf(leaves: readonly LeafColumn[]) {
  return leaves.map(({ values, definitions, repetitions, ...rest }) => ({
    ...rest,
    definitions: [...(definitions ?? [])],
    repetitions: repetitions && [...repetitions],
    values:
      values.kind === 'strings'
        ? Array.from(values.ids, (code) => stringAt(values.dictionary, code))
        : { ...values, values: [...values.values] },
  }));
}

/** The texts as values of rows, one behind the other in memory, or with a copy of some elsewhere; `undefined` for rows without. */
function columnOf(type: ColumnType, texts: readonly (string | undefined)[], moved: readonly boolean[] = []) {
  const values = new JsonValues();
  const source = Buffer.from(texts.map((text) => `"before":${text ?? ''},`).join(''));
  let at = 0;
  const valueIndexes = Int32Array.from(texts, () => -1);
  let count = 0;
  for (const [row, text] of texts.entries()) {
    const start = at + '"before":'.length;
    const bytes = Buffer.byteLength(text ?? '');
    at = start + bytes + 1;
    if (text === undefined) continue;
    if (moved[row] === true) values.add(Buffer.from(text), 0, bytes);
    else values.add(source, start, start + bytes);
    valueIndexes[row] = count++;
  }
  return { name: 'n', type, json: { values, valueIndexes } };
}

function shredded(column: ReturnType<typeof columnOf>, first = 0, end = column.json.valueIndexes.length) {
  const { type, json } = column;
  const valueAt = (row: number) => wholeCell(json.values.plainValueAt(json.valueIndexes[row]!), type);
  const validity = Uint8Array.from(json.valueIndexes, (index) => (index < 0 ? 0 : 1));
  return shred({ name: 'n', type, valueAt, validity }, { first, end }, new Turns());
}

describe('shredding JSON in the kernel', () => {
  it('gives what shredding its values gives, whatever they are and wherever they stand', async () => {
    const columns = types.chain((type) =>
      fc.record({
        type: fc.constant(type),
        texts: fc.array(fc.option(jsonOf(type), { nil: undefined, freq: 4 }), { minLength: 1, maxLength: 20 }),
        moved: fc.array(fc.boolean(), { maxLength: 20 }),
        first: fc.nat(5),
      }),
    );
    await fc.assert(
      fc.asyncProperty(columns, async ({ type, texts, moved, first }) => {
        const column = columnOf(type, texts, moved);
        const leaves = await useKernel((kernel) =>
          shredJson(
            column,
            { first: Math.min(first, texts.length), end: texts.length },
            { kernel, turns: new Turns() },
          ),
        );
        expect(contentOf(leaves!)).toEqual(contentOf(await shredded(column, Math.min(first, texts.length))));
      }),
      runs(1000),
    );
  });

  it('takes more values than its window and its first arrays hold', async () => {
    const type: ColumnType = {
      kind: 'array',
      element: { kind: 'struct', fields: [{ name: 'f0', type: { kind: 'double' } }] },
    };
    const texts = Array.from({ length: 10_000 }, (_, row) =>
      row % 10 === 0 ? undefined : JSON.stringify(Array.from({ length: row % 50 }, (_each, at) => ({ f0: row + at }))),
    );
    const column = columnOf(type, texts);
    const leaves = await useKernel((kernel) =>
      shredJson(column, { first: 0, end: texts.length }, { kernel, turns: new Turns() }),
    );
    expect(contentOf(leaves!)).toEqual(contentOf(await shredded(column)));
  });

  it('gives up where parsing is needed: a type it has no values of, many digits, half a surrogate pair, a value larger than its window', async () => {
    const texts: ColumnType = { kind: 'array', element: { kind: 'string' } };
    const given = (type: ColumnType, json: string) =>
      useKernel((kernel) => shredJson(columnOf(type, [json]), { first: 0, end: 1 }, { kernel, turns: new Turns() }));
    expect(await given(texts, '["a"]')).toHaveLength(1);
    expect(await given({ kind: 'array', element: { kind: 'bigint' } }, '[1]')).toBeUndefined();
    expect(await given({ kind: 'array', element: { kind: 'double' } }, '[12345678901234567]')).toBeUndefined();
    expect(await given(texts, String.raw`["a","\ud83d"]`)).toBeUndefined();
    expect(await given(texts, JSON.stringify(['x'.repeat(300_000)]))).toBeUndefined();
  });
});
