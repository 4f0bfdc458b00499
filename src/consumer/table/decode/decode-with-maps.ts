import { inferMaps, mayHoldMaps } from '../../../schema/growth/infer-maps.ts';
import { mergeTypes } from '../../../schema/merge/merge-types.ts';
import { jsonName } from '../../../schema/names/sibling.ts';
import type { ColumnType } from '../../../schema/types/column-type.ts';
import type { DecodedColumn } from '../../columns/builders/decoded-column.ts';
import type { DecodedBatch } from '../../columns/decode-batch.ts';
import type { JsonValues } from '../../ports/json-values.ts';
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
}

/** Records of a new table that are decoded first: they show nearly all of its maps, and decoding the whole batch twice is rarely needed. */
const firstRecords = 500;
/** Values of a column that are looked at, and bytes of their JSON. */
const sampleMax = 1000;
const sampleBytesMax = 4 * 1024 * 1024;

/**
 * Decodes a batch, and once more where it brings objects whose keys are data: they are maps then. Answers with the types of columns to come, those
 * that were told and those that lead to these maps.
 */
export async function decodeWithMaps(
  slices: readonly ChunkSlice[],
  { decodeBy, told, ...table }: DecodeTools,
): Promise<{ readonly decoded: DecodedBatch; readonly hints: Hints }> {
  let hints = told;
  if (table.columns.size === 0) {
    using first = await decodeBy(firstOf(slices, firstRecords), hints);
    hints = withMaps(first, hints, table);
  }
  using owned = new DisposableStack();
  const decoded = owned.use(await decodeBy(slices, hints));
  const found = withMaps(decoded, hints, table);
  if (found === hints) {
    owned.move();
    return { decoded, hints };
  }
  owned.dispose();
  return { decoded: await decodeBy(slices, found), hints: found };
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

/** Adds the types that lead to maps of the batch; answers with the same hints where there are none. */
function withMaps(
  batch: DecodedBatch,
  hints: Hints,
  { columns, knownType }: Omit<DecodeTools, 'decodeBy' | 'told'>,
): Hints {
  const added = new Map<string, ColumnType>();
  for (const column of mostFrequent(batch.columns)) {
    const { name } = column;
    const [present, hint] = [columns.get(name), hints.get(name)];
    // the table has these objects as JSON text
    if (present === undefined && columns.has(jsonName(name))) continue;
    const known = knownType(present, hint);
    const inferred = mapsOfColumn(column, known);
    if (inferred === undefined || !hasRoom(known, inferred)) continue;
    added.set(name, hint === undefined ? inferred : (mergeTypes(hint, inferred) ?? hint));
  }
  return added.size === 0 ? hints : new Map([...hints, ...added]);
}

/** Gives of each name the column with the most values: it gets the name. */
function mostFrequent(columns: readonly DecodedColumn[]): Iterable<DecodedColumn> {
  const found = new Map<string, DecodedColumn>();
  for (const column of columns) {
    const other = found.get(column.name);
    if (other === undefined || column.count > other.count) found.set(column.name, column);
  }
  return found.values();
}

function mapsOfColumn(
  { observed, store, count }: DecodedColumn,
  known: ColumnType | undefined,
): ColumnType | undefined {
  if (observed.form !== 'plain' || store.kind !== 'nested') return undefined;
  return mayHoldMaps(observed.type, known) ? inferMaps(observed.type, known, sampleOf(store.values, count)) : undefined;
}

/** Parses some values of the column, from all over it. */
function sampleOf(values: JsonValues, count: number): unknown[] {
  const sample: unknown[] = [];
  const size = Math.min(sampleMax, count);
  for (let at = 0, bytes = 0; at < size && bytes < sampleBytesMax; at++) {
    const index = Math.floor((at * count) / size);
    sample.push(values.valueAt(index));
    bytes += values.endAt(index) - values.startAt(index);
  }
  return sample;
}

/** Tells whether the table's type gets what was inferred: a full one doesn't. */
function hasRoom(known: ColumnType | undefined, inferred: ColumnType): boolean {
  if (known === undefined) return true;
  const merged = mergeTypes(known, inferred);
  return merged !== undefined && merged !== known;
}
