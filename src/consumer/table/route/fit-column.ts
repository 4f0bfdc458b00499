import type { Turns } from '../../../runtime/turns.ts';
import { conform, type Rescue } from '../../../schema/infer/conform.ts';
import { parseJson, writeJson } from '../../../schema/json/exact-json.ts';
import { fitsWhole, wholeCell } from '../../../schema/values/fits-whole.ts';
import { includesType } from '../../../schema/merge/includes-type.ts';
import type { ObserveRules } from '../../../schema/infer/observe.ts';
import { sameType } from '../../../schema/merge/merge-types.ts';
import { weightOf } from '../../../schema/types/type-weight.ts';
import { isNested, type ColumnType } from '../../../schema/types/column-type.ts';
import { unfit } from '../../../schema/values/scalar-values.ts';
import { kernelLeavesMax } from '../../columns/builders/column-leaves.ts';
import { jsonValue, type DecodedColumn, type ValueStore } from '../../columns/builders/decoded-column.ts';
import { PartialValues } from '../../columns/members/partial-values.ts';
import { JsonValues } from '../../ports/json-values.ts';
import { fitEmpties } from './fit-empties.ts';
import { jsonStrings } from './json-strings.ts';
import { placeAt, rescueMembers, type FitTools } from './rescue-members.ts';
import { workOn } from './value-work.ts';

/** Gives of nested and exact values what the type holds. */
export async function fitColumn(column: DecodedColumn, type: ColumnType, tools: FitTools): Promise<DecodedColumn> {
  const { store } = column;
  const { rules, turns } = tools;
  if (isKept(column, type) || areWhole(column, type)) return column;
  if (store.kind === 'nested' && type.kind === 'string') return jsonStrings(column, store.values, turns);
  if (store.kind === 'nested' && store.leaves !== undefined && isOfType(column, type)) {
    await rescueMembers(column, type, tools);
    // it may come here again, merged with another one
    return { ...column, store: { ...store, partial: new PartialValues(), rules } };
  }
  const empties = await fitEmpties(column, type, tools);
  if (empties !== undefined) return empties;
  if (store.kind === 'nested' && (await allFitWhole(column, type, turns))) return column;
  return fitValues(column, type, tools);
}

/** Looks at each value: what of it the type does not hold is rescued. */
async function fitValues(
  column: DecodedColumn,
  type: ColumnType,
  { rules, rescued, turns }: FitTools,
): Promise<DecodedColumn> {
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

/** Tells that the type takes all values of such a column as they are stored. */
function isKept({ store }: DecodedColumn, type: ColumnType): boolean {
  if (store.kind === 'longs') return type.kind === 'bigint';
  return store.kind === 'numbers' || store.kind === 'strings';
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
