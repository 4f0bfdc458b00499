import { indexAtOrAfter } from '../../../runtime/ascending.ts';
import { consecutive } from '../../../runtime/consecutive.ts';
import { rescuedColumn } from '../../../schema/names/column-name.ts';
import type { ColumnType } from '../../../schema/types/column-type.ts';
import type { ColumnarTable, ColumnData, TableColumn } from '../../ports/columnar-table.ts';
import type { DecodedBatch } from '../../columns/decode-batch.ts';
import type { DecodedColumn, ValueStore } from '../../columns/builders/decoded-column.ts';
import type { Recipe } from '../../ledger/entry/recipe.ts';
import { assembleRecordParts } from './assemble-record-parts.ts';
import { CompactCells, compactOf, validityOf, type WantedRows } from './compact-cells.ts';
import { fewValuesOf } from './few-values.ts';
import { cellReader, jsonRowsOf } from './nested-cells.ts';
import { lazyColumns, type RowFlags } from './lazy-columns.ts';
import type { TargetColumn } from '../route/route-columns.ts';
import { haveValueOf, valueIndexesOf, type SourceOfRows } from './value-indexes.ts';
import { indexColumn } from '../../ports/record-columns.ts';
import { DictionaryBuilder, stringAt } from '../../ports/dictionary-builder.ts';

/** Names of the columns that say where in Kafka a row comes from. */
export const kafkaColumns = [
  { name: 'kafka_partition', type: { kind: 'int' } },
  { name: 'kafka_offset', type: { kind: 'bigint' } },
  { name: 'kafka_timestamp', type: { kind: 'timestamp' } },
] as const;

export type KafkaColumnRules = Pick<Recipe, 'kafkaColumns' | 'records' | 'recordParts' | 'headerNames'>;

/** Assembles the rows of one Hive partition (ascending row numbers) as a table for the encoder. */
export function assembleTable(
  batch: DecodedBatch,
  targets: readonly TargetColumn[],
  { rows, recipe }: { readonly rows: Int32Array; readonly recipe: KafkaColumnRules },
): ColumnarTable {
  const recipes = targets
    // readers take a missing column for null
    .filter(({ sources }) => sources.some((source) => haveValueOf(source, rows)))
    .map((target) => ({
      ...target,
      assemble: (flags: RowFlags) => assembleCells(target, { rows, rowCount: batch.rowCount, flags }),
    }));
  const { kafkaColumns: hasCoordinates, recordParts: parts = [], headerNames } = recipe;
  const columns = [
    ...lazyColumns(recipes),
    ...(hasCoordinates ? coordinates(batch, rows) : []),
    ...(recipe.records === undefined ? [] : [indexesOf(batch, rows)]),
    ...assembleRecordParts(batch, rows, { parts, headerNames }),
  ];
  return { rowCount: rows.length, columns: columns.length > 0 ? columns : [emptyColumn(rows.length)] };
}

/** A column of nulls for rows without any value: many readers refuse a file that has no column. */
function emptyColumn(length: number): TableColumn {
  return {
    name: rescuedColumn,
    type: { kind: 'string' },
    data: { kind: 'string', ids: new Int32Array(length), dictionary: new DictionaryBuilder().finish() },
    validity: new Uint8Array(length),
  };
}

function coordinates(batch: DecodedBatch, rows: Int32Array): TableColumn[] {
  const timestamps = pick(batch.timestamps, rows);
  const validity = timestamps.includes(-1) && Uint8Array.from(timestamps, (timestamp) => (timestamp < 0 ? 0 : 1));
  const data: readonly ColumnData[] = [
    { kind: 'int', values: new Int32Array(rows.length).fill(batch.partition) },
    offsetsOf(batch, rows),
    { kind: 'timestamp', values: timestamps },
  ];
  return kafkaColumns.flatMap(({ name, type }, index) => {
    const values = data[index];
    if (values === undefined) return [];
    return [{ name, type, data: values, ...(type.kind === 'timestamp' && validity && { validity }) }];
  });
}

/** Numbers the rows of each offset: they follow each other. */
function indexesOf({ offsetDeltas }: DecodedBatch, rows: Int32Array): TableColumn {
  let first = 0;
  const values = rows.map((row) => {
    first = indexAtOrAfter(offsetDeltas, offsetDeltas[row] ?? 0, first);
    return row - first;
  });
  return { ...indexColumn, data: { kind: 'int', values } };
}

function offsetsOf({ from, offsetDeltas }: DecodedBatch, rows: Int32Array): ColumnData {
  const values = pick(offsetDeltas, rows);
  if (from === 0n) return { kind: 'whole', values };
  return { kind: 'bigint', values: BigInt64Array.from(values, (delta) => from + BigInt(delta)) };
}

/** Picks the rows' values; no copy if all rows are asked for. */
function pick(values: Float64Array, rows: Int32Array): Float64Array {
  if (rows.length === values.length) return values;
  const picked = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at++) picked[at] = values[rows[at] ?? 0] ?? 0;
  return picked;
}

/** Assembles the cells of a column. */
function assembleCells(
  { type, sources }: TargetColumn,
  wanted: WantedRows,
): Pick<TableColumn, 'data' | 'compact' | 'validity'> {
  const [only] = sources;
  const compact = sources.length === 1 && only !== undefined ? compactCells(type, only, wanted) : undefined;
  return compact ?? gatherFrom(type, sources, wanted.rows, wanted.rowCount);
}

/** Gives the cells of a column without gaps, where that costs no look at each row: all rows are asked for, or few have a value. */
function compactCells(
  type: ColumnType,
  column: DecodedColumn,
  { rows, rowCount, flags }: WantedRows,
): Pick<TableColumn, 'data' | 'compact' | 'validity'> | undefined {
  const of = rows.length === rowCount ? column : fewValuesOf(column, rows);
  const compact = of && compactOf(type, of);
  if (of === undefined || compact === undefined) return undefined;
  if (of.count === rows.length) return { data: compact };
  const data = () => gatherFrom(type, [of], consecutive(0, rows.length), rows.length).data;
  return new CompactCells(compact, validityOf(of, flags.zeros(rows.length)), data);
}

/** Gathers the cells of the rows from all sources. */
function gatherFrom(
  type: ColumnType,
  sources: readonly DecodedColumn[],
  rows: Int32Array,
  rowCount: number,
): Pick<TableColumn, 'data' | 'validity'> {
  const found = sources.map((source) => ({ source, valueIndexes: valueIndexesOf(source, rows, rowCount) }));
  const [only] = sources;
  if (only !== undefined && sources.length === 1 && rows.length === rowCount) {
    const isDense = only.count === rowCount;
    return {
      data: gather(type, found, rowCount),
      ...(!isDense && { validity: validityOf(only, new Uint8Array(rowCount)) }),
    };
  }
  const validity = new Uint8Array(rows.length);
  let valid = 0;
  for (const { valueIndexes } of found) {
    for (let at = 0; at < rows.length; at++) {
      if ((valueIndexes[at] ?? -1) < 0) continue;
      validity[at] = 1;
      valid++;
    }
  }
  const data = gather(type, found, rows.length);
  return { data, ...(valid < rows.length && { validity }) };
}

function gather(type: ColumnType, found: readonly SourceOfRows[], length: number): ColumnData {
  switch (type.kind) {
    case 'double':
    case 'float':
      return { kind: 'double', values: gatherNumbers(found, new Float64Array(length)) };
    case 'timestamp':
      return { kind: 'timestamp', values: gatherNumbers(found, new Float64Array(length)) };
    case 'date':
      return { kind: 'date', values: gatherNumbers(found, new Int32Array(length)) };
    case 'int':
    case 'smallint':
    case 'tinyint':
      return { kind: 'int', values: gatherNumbers(found, new Int32Array(length)) };
    case 'boolean':
      return { kind: 'boolean', values: gatherNumbers(found, new Uint8Array(length)) };
    case 'bigint':
      return gatherBigints(found, length);
    case 'string':
      return gatherStrings(found, length);
    case 'array':
    case 'map':
    case 'struct':
    case 'decimal':
    case 'binary': {
      const cellAt = cellReader(type);
      const json = jsonRowsOf(found);
      return {
        kind: 'values',
        ...(json && { json }),
        valueAt: (row) => {
          for (const { source, valueIndexes } of found) {
            const index = valueIndexes[row] ?? -1;
            if (index >= 0) return cellAt(source.store, index);
          }
          return null;
        },
      };
    }
  }
}

/** Integers as doubles where these tell them all. */
function gatherBigints(found: readonly SourceOfRows[], length: number): ColumnData {
  if (found.every(({ source }) => source.store.kind === 'numbers'))
    return { kind: 'whole', values: gatherNumbers(found, new Float64Array(length)) };
  const values = new BigInt64Array(length);
  forEachValue(found, length, (at, { store }, index) => {
    const value = store.kind === 'strings' || store.kind === 'nested' ? 0n : store.values[index];
    values[at] = typeof value === 'bigint' ? value : BigInt(Number(value));
  });
  return { kind: 'bigint', values };
}

function gatherNumbers<Numbers extends Float64Array | Int32Array | Uint8Array>(
  found: readonly SourceOfRows[],
  values: Numbers,
): Numbers {
  for (const { source, valueIndexes } of found) {
    const { store } = source;
    if (store.kind === 'strings' || store.kind === 'nested') continue;
    for (let at = 0; at < values.length; at++) {
      const index = valueIndexes[at] ?? -1;
      if (index >= 0) values[at] = Number(store.values[index]);
    }
  }
  return values;
}

/** Reuses the batch's dictionary if all values share it; the encoder drops unused entries. */
function gatherStrings(found: readonly SourceOfRows[], length: number): ColumnData {
  const ids = new Int32Array(length);
  const [first] = found;
  if (first !== undefined && found.length === 1 && first.source.store.kind === 'strings') {
    const { ids: from, dictionary } = first.source.store;
    for (let at = 0; at < length; at++) {
      const index = first.valueIndexes[at] ?? -1;
      if (index >= 0) ids[at] = from[index] ?? 0;
    }
    return { kind: 'string', ids, dictionary };
  }
  const dictionary = new DictionaryBuilder();
  for (const { source, valueIndexes } of found) {
    const idOfValue = idMapper(source.store, dictionary);
    for (let at = 0; at < length; at++) {
      const index = valueIndexes[at] ?? -1;
      if (index >= 0) ids[at] = idOfValue(index);
    }
  }
  return { kind: 'string', ids, dictionary: dictionary.finish() };
}

/** Maps a value to its id in `to`; looks each source entry up once. */
function idMapper(store: ValueStore, to: DictionaryBuilder): (index: number) => number {
  if (store.kind !== 'strings') {
    return (index) => {
      const value = store.kind === 'values' ? store.values[index] : '';
      return to.idOf(typeof value === 'string' ? value : '');
    };
  }
  const { ids, dictionary: from } = store;
  const translated = new Int32Array(from.count).fill(-1);
  return (index) => {
    const id = ids[index] ?? 0;
    const known = translated[id] ?? -1;
    if (known >= 0) return known;
    return (translated[id] = to.idOf(stringAt(from, id)));
  };
}

function forEachValue(
  found: readonly SourceOfRows[],
  length: number,
  set: (at: number, source: DecodedColumn, index: number) => void,
): void {
  for (const { source, valueIndexes } of found) {
    for (let at = 0; at < length; at++) {
      const index = valueIndexes[at] ?? -1;
      if (index >= 0) set(at, source, index);
    }
  }
}
