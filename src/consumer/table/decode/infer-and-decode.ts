import { inferTogether, isKeptAsText, mayTellMore } from '../../../schema/growth/infer-together.ts';
import { mergeTypes } from '../../../schema/merge/merge-types.ts';
import type { Observed } from '../../../schema/infer/observe.ts';
import { isNested, type ColumnType } from '../../../schema/types/column-type.ts';
import { jsonValue, type DecodedColumn } from '../../columns/builders/decoded-column.ts';
import type { DecodedBatch } from '../../columns/decode-batch.ts';
import type { ChunkSlice } from '../../ports/record-chunk.ts';

/** Types of columns to come, by name. */
export type Hints = ReadonlyMap<string, ColumnType>;

interface DecodeTools {
  readonly decodeBy: (slices: readonly ChunkSlice[], hints: Hints) => Promise<DecodedBatch>;
  /** Types that were told. */
  readonly told: Hints;
  /** The table's columns. */
  readonly columns: ReadonlyMap<string, ColumnType>;
  /** Gives the type that a column's values are read by, of the table's and one to come. */
  readonly knownType: (column: ColumnType | undefined, hint: ColumnType | undefined) => ColumnType | undefined;
  /** Levels of nesting that become arrays and structs. */
  readonly depthMax: number;
}

/** Records of a new table that are decoded first: they tell nearly everything, and decoding the whole batch twice is rarely needed. */
const firstRecords = 500;
/** Values of a field that are looked at, and bytes of their JSON. */
const sampleMax = 250;
const sampleBytesMax = 1024 * 1024;

/**
 * Decodes a batch, and once more where its values together tell types that none of them tells by itself. Answers with the types of columns to come,
 * those that were told and those that lead to these.
 */
export async function inferAndDecode(
  slices: readonly ChunkSlice[],
  { decodeBy, told, ...table }: DecodeTools,
): Promise<{ readonly decoded: DecodedBatch; readonly hints: Hints }> {
  let hints = told;
  if (table.columns.size === 0) {
    using first = await decodeBy(firstOf(slices, firstRecords), hints);
    hints = inferMore(first, hints, table);
  }
  using owned = new DisposableStack();
  const decoded = owned.use(await decodeBy(slices, hints));
  const inferred = inferMore(decoded, hints, table);
  if (inferred === hints) {
    owned.move();
    return { decoded, hints };
  }
  owned.dispose();
  return { decoded: await decodeBy(slices, inferred), hints: inferred };
}

/** Gives the first records of the slices. */
function firstOf(slices: readonly ChunkSlice[], count: number): ChunkSlice[] {
  let left = count;
  return slices.flatMap(({ chunk, first, end }) => {
    const taken = Math.min(left, end - first);
    left -= taken;
    return taken === 0 ? [] : [{ chunk, first, end: first + taken }];
  });
}

/** Adds the types that values of the batch tell together; answers with the same hints where they tell none. */
function inferMore(
  batch: DecodedBatch,
  hints: Hints,
  { columns: table, knownType, depthMax }: Omit<DecodeTools, 'decodeBy' | 'told'>,
): Hints {
  const added = new Map<string, ColumnType>();
  for (const [name, columns] of Map.groupBy(batch.columns, (column) => column.name)) {
    const [present, hint] = [table.get(name), hints.get(name)];
    if (present === undefined && isKeptAsText(name, (other) => table.has(other))) continue;
    const known = knownType(present, hint);
    if (!columns.some(({ observed }) => mayTell(observed, known))) continue;
    const inferred = inferTogether(sampleOf(columns), {
      observed: nestedTypeOf(columns),
      known,
      levels: depthMax - 1,
    });
    if (inferred === undefined || !hasRoom(known, inferred)) continue;
    added.set(name, hint === undefined ? inferred : (mergeTypes(hint, inferred) ?? hint));
  }
  return added.size === 0 ? hints : new Map([...hints, ...added]);
}

function mayTell(observed: Observed, known: ColumnType | undefined): boolean {
  if (observed.form === 'plain') return mayTellMore(observed.type, known);
  return known === undefined && (observed.form === 'exact' || observed.form === 'json');
}

/** Gives the type of a field's arrays or objects, of those there are more of. */
function nestedTypeOf(columns: readonly DecodedColumn[]): ColumnType | undefined {
  const nested = columns.flatMap(({ observed, count }) =>
    observed.form === 'plain' && isNested(observed.type) ? [{ type: observed.type, count }] : [],
  );
  return nested.toSorted((a, b) => b.count - a.count)[0]?.type;
}

/** Gives some values of a field, from all over its columns and of each as many as it has of all. */
function sampleOf(columns: readonly DecodedColumn[]): unknown[] {
  const total = columns.reduce((sum, { count }) => sum + count, 0);
  const part = Math.min(1, sampleMax / total);
  return columns.flatMap((column) => valuesOf(column, Math.ceil(column.count * part)));
}

function valuesOf(column: DecodedColumn, size: number): unknown[] {
  const found: unknown[] = [];
  for (let at = 0, bytes = 0; at < size && bytes < sampleBytesMax; at++) {
    const index = Math.floor((at * column.count) / size);
    const value = jsonValue(column, index);
    found.push(value);
    if (column.store.kind === 'nested') bytes += column.store.values.endAt(index) - column.store.values.startAt(index);
    else if (typeof value === 'string') bytes += value.length;
  }
  return found;
}

/** Tells whether the table's type gets what was inferred: a full one doesn't. */
function hasRoom(known: ColumnType | undefined, inferred: ColumnType): boolean {
  if (known === undefined) return true;
  const merged = mergeTypes(known, inferred);
  return merged !== undefined && merged !== known;
}
