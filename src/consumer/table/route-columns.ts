import { Turns } from '../../runtime/turns.ts';
import { conform, type Rescue } from '../../schema/conform.ts';
import { parseJson, writeJson } from '../../schema/exact-json.ts';
import { fitsWhole, wholeCell } from '../../schema/fits-whole.ts';
import { includesType } from '../../schema/includes-type.ts';
import type { Evolution } from '../../schema/evolution.ts';
import type { ObserveRules } from '../../schema/observe.ts';
import { sameType } from '../../schema/merge.ts';
import { weightOf } from '../../schema/type-weight.ts';
import { isNested, type ColumnType } from '../../schema/types.ts';
import { unfit } from '../../schema/values.ts';
import { kernelLeavesMax } from '../columns/column-leaves.ts';
import type { DecodedBatch } from '../columns/decode-batch.ts';
import { jsonStrings } from './json-strings.ts';
import { rescueColumns } from './rescue-columns.ts';
import { placeAt, rescueMembers, type FitTools } from './rescue-members.ts';
import { mergeEmpties } from './merge-empties.ts';
import { fitEmpties } from './fit-empties.ts';
import { mergeLeaves } from './merge-leaves.ts';
import { mergeNumbers } from './merge-numbers.ts';
import { workOn } from './value-work.ts';
import { RescuedValues } from '../columns/rescued-values.ts';
import { jsonValue, rowOf, type DecodedColumn, type ValueStore } from '../columns/decoded-column.ts';
import { PartialValues } from '../columns/partial-values.ts';
import { JsonValues } from '../ports/json-values.ts';

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
  const turns = new Turns();
  const tools: FitTools = { rules, rescued, turns };
  const sources = new Map<string, DecodedColumn[]>();
  // values of a row come in the order of their columns
  let homeless: DecodedColumn[] = [];
  const rescueHomeless = async (): Promise<void> => {
    await rescueColumns(homeless, rescued, turns);
    homeless = [];
  };
  for (const [index, column] of batch.columns.entries()) {
    const target = targets[index];
    const type = target === undefined ? undefined : types.get(target);
    if (target === undefined || type === undefined) {
      homeless.push(column);
      continue;
    }
    if (homeless.length > 0 && mayRescue(column, sources.has(target))) await rescueHomeless();
    const present = sources.get(target) ?? [];
    const merged = present.length === 1 && present[0] !== undefined ? mergeInto(type, present[0], column) : undefined;
    if (merged !== undefined) {
      sources.set(target, [await fit(merged, type, tools)]);
      continue;
    }
    // what another field of the same record has taken is rescued as it came
    const free = present.length === 0 ? column : withoutTaken(column, present, rescued);
    const fitted = await fit(free, type, tools);
    const together = present.length === 1 && present[0] !== undefined ? mergeLeaves(present[0], fitted) : undefined;
    sources.set(target, together === undefined ? [...present, fitted] : [together]);
  }
  await rescueHomeless();
  return {
    targets: [...sources].map(([name, of]) => ({ name, type: types.get(name) ?? { kind: 'string' }, sources: of })),
    rescued: rescued.size === 0 ? undefined : rescuedTarget(rescued.column()),
  };
}

/** Tells whether some of the column's values may be rescued, if not all of them. */
function mayRescue({ store }: DecodedColumn, isSecond: boolean): boolean {
  return isSecond || store.kind === 'values' || store.kind === 'nested';
}

function rescuedTarget(source: DecodedColumn): TargetColumn {
  return { name: source.name, type: { kind: 'string' }, sources: [source] };
}

/** Merges two columns into one of the type where that costs no look at their values. */
function mergeInto({ kind }: ColumnType, one: DecodedColumn, other: DecodedColumn): DecodedColumn | undefined {
  return kind === 'double' ? mergeNumbers(one, other) : mergeEmpties(one, other);
}

function rescueAt(column: DecodedColumn, index: number, rescued: RescuedValues): void {
  const { row, path } = placeAt(column, index);
  rescued.add(row, path, jsonValue(column, index));
}

/** Gives of nested and exact values what the type holds. */
async function fit(column: DecodedColumn, type: ColumnType, tools: FitTools): Promise<DecodedColumn> {
  const { store } = column;
  const { rules, rescued, turns } = tools;
  if ((store.kind !== 'values' && store.kind !== 'nested') || areWhole(column, type)) return column;
  if (store.kind === 'nested' && type.kind === 'string') return jsonStrings(column, store.values, turns);
  if (store.kind === 'nested' && store.leaves !== undefined && isOfType(column, type)) {
    await rescueMembers(column, type, tools);
    // it may come here again, merged with another one
    return { ...column, store: { ...store, partial: new PartialValues(), rules } };
  }
  const empties = await fitEmpties(column, type, tools);
  if (empties !== undefined) return empties;
  if (store.kind === 'nested' && (await allFitWhole(column, type, turns))) return column;
  const cells = isNested(type) ? new NestedCells(type, rules) : new ScalarCells(type, column);
  const rows: number[] = [];
  for (let at = 0; at < column.count; at++) {
    if (turns.areDueAfter(workOn(column, at))) await turns.next();
    const value = jsonValue(column, at);
    const { row, path } = placeAt(column, at);
    if (cells.add(value, path, (pointer, member) => rescued.add(row, pointer, member))) rows.push(row);
    else rescued.add(row, path, value);
  }
  return { ...column, count: rows.length, rows: Int32Array.from(rows), store: cells.finish() };
}

/** Tells, without a look at its values, that all of them fit the type whole. */
function areWhole({ observed, store }: DecodedColumn, type: ColumnType): boolean {
  return store.kind === 'nested' && store.areWhole && observed.form === 'plain' && includesType(type, observed.type);
}

/** Tells whether the column's values were read by just this type. */
function isOfType({ observed }: DecodedColumn, type: ColumnType): boolean {
  return observed.form === 'plain' && sameType(observed.type, type);
}

async function allFitWhole(column: DecodedColumn, type: ColumnType, turns: Turns): Promise<boolean> {
  for (let at = 0; at < column.count; at++) {
    if (!fitsWhole(jsonValue(column, at), type)) return false;
    if (turns.areDueAfter(workOn(column, at))) await turns.next();
  }
  return true;
}

/** Collects what arrays, maps or structs of the type hold of values: as JSON, since objects for a whole batch would fill the heap. */
class NestedCells {
  readonly #type: ColumnType;
  readonly #rules: ObserveRules;
  readonly #values = new JsonValues();
  readonly #objects: unknown[] = [];

  constructor(type: ColumnType, rules: ObserveRules) {
    this.#type = type;
    this.#rules = rules;
  }

  /** Answers with false when the type holds nothing of the value. */
  add(value: unknown, path: string, rescue: Rescue): boolean {
    const json = conform(value, this.#type, { rules: this.#rules, path, depth: 1, rescue });
    if (json === undefined) return false;
    if (this.#isJson) this.#values.addText(json);
    else this.#objects.push(wholeCell(parseJson(json), this.#type));
    return true;
  }

  finish(): ValueStore {
    if (!this.#isJson) return { kind: 'values', values: this.#objects };
    return { kind: 'nested', values: this.#values, areWhole: true };
  }

  get #isJson(): boolean {
    return weightOf(this.#type).leaves <= kernelLeavesMax;
  }
}

/** Collects values that are kept as text, or as integers. */
class ScalarCells {
  readonly #type: ColumnType;
  readonly #observed: DecodedColumn['observed'];
  readonly #values: unknown[] = [];

  constructor(type: ColumnType, { observed }: DecodedColumn) {
    this.#type = type;
    this.#observed = observed;
  }

  /** Answers with false when the type does not hold the value. */
  add(value: unknown): boolean {
    const cell = this.#cellOf(value);
    if (cell !== unfit) this.#values.push(cell);
    return cell !== unfit;
  }

  finish(): ValueStore {
    return { kind: 'values', values: this.#values };
  }

  #cellOf(value: unknown): unknown {
    if (this.#observed.form === 'json') return writeJson(value);
    if (this.#type.kind === 'string' && typeof value === 'object') return writeJson(value);
    if (this.#type.kind !== 'double' || typeof value !== 'bigint') return value;
    const double = Number(value);
    return Number.isSafeInteger(double) ? double : unfit;
  }
}

/** The column without the rows that another source of the same target has; their values are rescued. */
function withoutTaken(column: DecodedColumn, present: readonly DecodedColumn[], rescued: RescuedValues): DecodedColumn {
  const taken = new Uint8Array(Math.max(...present.map((other) => rowOf(other, other.count - 1) + 1), 0));
  for (const other of present) for (let at = 0; at < other.count; at++) taken[rowOf(other, at)] = 1;
  const kept: number[] = [];
  for (let at = 0; at < column.count; at++) {
    const row = rowOf(column, at);
    if (taken[row] === 1) rescueAt(column, at, rescued);
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
