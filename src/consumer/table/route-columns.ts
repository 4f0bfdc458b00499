import { Turns } from '../../runtime/turns.ts';
import { conform } from '../../schema/conform.ts';
import { writeJson } from '../../schema/exact-json.ts';
import { fitsWhole } from '../../schema/fits-whole.ts';
import { includesType } from '../../schema/includes-type.ts';
import { pointerTo } from '../../schema/json-pointer.ts';
import type { Evolution } from '../../schema/evolution.ts';
import type { ObserveRules } from '../../schema/observe.ts';
import { isNested, type ColumnType } from '../../schema/types.ts';
import { ExactNumber, unfit } from '../../schema/values.ts';
import type { DecodedBatch } from '../columns/decode-batch.ts';
import { stringAt } from '../ports/dictionary-builder.ts';
import { jsonStrings } from './json-strings.ts';
import { mergeEmptyArrays } from './merge-empty-arrays.ts';
import { mergeNumbers } from './merge-numbers.ts';
import { RescuedValues } from '../columns/rescued-values.ts';
import { fieldOfRow, jsonValue, rowOf, type DecodedColumn } from '../columns/decoded-column.ts';

/** A column of the table and where its values come from. No row has a value in two sources. */
export interface TargetColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly sources: readonly DecodedColumn[];
}

export interface Routed {
  readonly targets: readonly TargetColumn[];
  /** The column of values that found no other, if any. */
  readonly rescued: TargetColumn | undefined;
}

/** Brings every value of the batch to its column of the table, and collects those that have none. Lets the event loop turn meanwhile. */
export async function routeColumns(
  batch: DecodedBatch,
  { targets }: Evolution,
  types: ReadonlyMap<string, ColumnType>,
  rules: ObserveRules,
): Promise<Routed> {
  using rescued = new RescuedValues(batch.rescued);
  const rescue: RescueRow = (row, pointer, value) => rescued.add(row, pointer, value);
  const turns = new Turns();
  const sources = new Map<string, DecodedColumn[]>();
  for (const [index, column] of batch.columns.entries()) {
    const target = targets[index];
    const type = target === undefined ? undefined : types.get(target);
    if (target === undefined || type === undefined) {
      await rescueAll(column, rescued, turns);
      continue;
    }
    const present = sources.get(target) ?? [];
    const merged = present.length === 1 && present[0] !== undefined ? mergeInto(type, present[0], column) : undefined;
    if (merged !== undefined) {
      sources.set(target, [await fit(merged, type, { rules, rescue, turns })]);
      continue;
    }
    // what another field of the same record has taken is rescued as it came
    const free = present.length === 0 ? column : withoutTaken(column, present, rescue);
    sources.set(target, [...present, await fit(free, type, { rules, rescue, turns })]);
  }
  return {
    targets: [...sources].map(([name, of]) => ({ name, type: types.get(name) ?? { kind: 'string' }, sources: of })),
    rescued: rescued.size === 0 ? undefined : rescuedTarget(rescued.column()),
  };
}

function rescuedTarget(source: DecodedColumn): TargetColumn {
  return { name: source.name, type: { kind: 'string' }, sources: [source] };
}

/** Merges two columns into one of the type where that costs no look at their values. */
function mergeInto({ kind }: ColumnType, one: DecodedColumn, other: DecodedColumn): DecodedColumn | undefined {
  return kind === 'double' ? mergeNumbers(one, other) : mergeEmptyArrays(one, other);
}

type RescueRow = (row: number, pointer: string, value: unknown) => void;

async function rescueAll(column: DecodedColumn, rescued: RescuedValues, turns: Turns): Promise<void> {
  const textAt = jsonTexts(column);
  let field: string | undefined;
  let pointer = '';
  for (let at = 0; at < column.count; at++) {
    const row = rowOf(column, at);
    const fieldHere = fieldOfRow(column, row);
    if (fieldHere !== field) {
      field = fieldHere;
      pointer = pointerTo('', field);
    }
    rescued.addText(row, pointer, textAt(at));
    if (turns.areDueAfter(valueBytes)) await turns.next();
  }
}

/** Gives the values of a column as JSON; strings that repeat are written once. */
function jsonTexts(column: DecodedColumn): (index: number) => string {
  const { store, count } = column;
  if (store.kind !== 'strings' || store.dictionary.count * 2 > count)
    return (index) => writeJson(jsonValue(column, index));
  const { ids, dictionary } = store;
  const texts: string[] = [];
  return (index) => {
    const id = ids[index] ?? 0;
    return (texts[id] ??= writeJson(stringAt(dictionary, id)));
  };
}

function rescueAt(column: DecodedColumn, index: number, rescue: RescueRow): void {
  const row = rowOf(column, index);
  rescue(row, pointerTo('', fieldOfRow(column, row)), jsonValue(column, index));
}

/** Work on one value, in bytes of JSON; that on a nested one is at least its bytes. */
const valueBytes = 64;

interface FitTools {
  readonly rules: ObserveRules;
  readonly rescue: RescueRow;
  readonly turns: Turns;
}

/** Converts nested and exact values to what the encoder takes. */
async function fit(
  column: DecodedColumn,
  type: ColumnType,
  { rules, rescue, turns }: FitTools,
): Promise<DecodedColumn> {
  const { observed, store } = column;
  if (store.kind !== 'values' && store.kind !== 'nested') return column;
  if (store.kind === 'nested' && type.kind === 'string') return jsonStrings(column, store.values, turns);
  if (store.kind === 'nested' && (areWhole(column, type) || (await allFitWhole(column, type, turns)))) return column;
  const rows: number[] = [];
  const cells: unknown[] = [];
  for (let at = 0; at < column.count; at++) {
    if (turns.areDueAfter(sizeOf(column, at))) await turns.next();
    const row = rowOf(column, at);
    const value = jsonValue(column, at);
    const path = pointerTo('', fieldOfRow(column, row));
    const cell = cellOf(value, {
      observed,
      type,
      rules,
      path,
      depth: 1,
      rescue: (pointer, member) => rescue(row, pointer, member),
    });
    if (cell === unfit) {
      rescue(row, path, value);
      continue;
    }
    rows.push(row);
    cells.push(cell);
  }
  return { ...column, count: rows.length, rows: Int32Array.from(rows), store: { kind: 'values', values: cells } };
}

/** Tells, without a look at its values, that all of them fit the type whole. */
function areWhole({ observed, store }: DecodedColumn, type: ColumnType): boolean {
  return store.kind === 'nested' && store.areWhole && observed.form === 'plain' && includesType(type, observed.type);
}

async function allFitWhole(column: DecodedColumn, type: ColumnType, turns: Turns): Promise<boolean> {
  for (let at = 0; at < column.count; at++) {
    if (!fitsWhole(jsonValue(column, at), type)) return false;
    if (turns.areDueAfter(sizeOf(column, at))) await turns.next();
  }
  return true;
}

function sizeOf({ store }: DecodedColumn, index: number): number {
  return valueBytes + (store.kind === 'nested' ? store.values.endAt(index) - store.values.startAt(index) : 0);
}

interface CellContext {
  readonly observed: DecodedColumn['observed'];
  readonly type: ColumnType;
  readonly rules: ObserveRules;
  readonly path: string;
  readonly depth: number;
  readonly rescue: (pointer: string, value: unknown) => void;
}

function cellOf(value: unknown, { observed, type, ...options }: CellContext): unknown {
  if (observed.form === 'json') return writeJson(value);
  if (observed.form === 'exact') return value instanceof ExactNumber ? value.text : unfit;
  if (isNested(type)) return conform(value, type, options);
  if (type.kind === 'string' && typeof value === 'object') return writeJson(value);
  if (type.kind !== 'double' || typeof value !== 'bigint') return value;
  const double = Number(value);
  return Number.isSafeInteger(double) ? double : unfit;
}

/** The column without the rows that another source of the same target has; their values are rescued. */
function withoutTaken(column: DecodedColumn, present: readonly DecodedColumn[], rescue: RescueRow): DecodedColumn {
  const taken = new Set(present.flatMap((other) => Array.from({ length: other.count }, (_, at) => rowOf(other, at))));
  const kept: number[] = [];
  for (let at = 0; at < column.count; at++) {
    const row = rowOf(column, at);
    if (taken.has(row)) rescueAt(column, at, rescue);
    else kept.push(at);
  }
  if (kept.length === column.count) return column;
  const { store } = column;
  return {
    ...column,
    count: kept.length,
    rows: Int32Array.from(kept, (at) => rowOf(column, at)),
    store:
      store.kind === 'strings'
        ? { ...store, ids: Int32Array.from(kept, (at) => store.ids[at] ?? 0) }
        : store.kind === 'numbers'
          ? { kind: 'numbers', values: Float64Array.from(kept, (at) => store.values[at] ?? 0) }
          : { kind: 'values', values: kept.map((at) => jsonValue(column, at)) },
  };
}
