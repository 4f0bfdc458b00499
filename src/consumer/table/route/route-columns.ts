import { Turns } from '../../../runtime/turns.ts';
import type { Evolution } from '../../../schema/growth/evolution.ts';
import type { ObserveRules } from '../../../schema/infer/observe.ts';
import type { ColumnType } from '../../../schema/types/column-type.ts';
import type { DecodedBatch } from '../../columns/decode-batch.ts';
import { jsonValue, rowOf, type DecodedColumn } from '../../columns/builders/decoded-column.ts';
import { RescuedValues } from '../../columns/rescue/rescued-values.ts';
import { fitColumn } from './fit-column.ts';
import { mergeEmpties } from './merge-empties.ts';
import { mergeLeaves } from './merge-leaves.ts';
import { mergeNumbers } from './merge-numbers.ts';
import { rescueColumns } from './rescue-columns.ts';
import { placeAt, type FitTools } from './rescue-members.ts';

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
  const router = new ColumnRouter({ rules, rescued, turns: new Turns() });
  for (const [index, column] of batch.columns.entries()) {
    const name = targets[index];
    const type = name === undefined ? undefined : types.get(name);
    if (name === undefined || type === undefined) router.addHomeless(column);
    else await router.add(column, name, type);
  }
  return {
    targets: await router.finish(),
    rescued: rescued.size === 0 ? undefined : rescuedTarget(rescued.column()),
  };
}

/** Collects the columns of a batch by their targets, in their order. */
class ColumnRouter {
  readonly #tools: FitTools;
  readonly #targets = new Map<string, TargetColumn>();
  /** Columns whose values find no target: values of a row are rescued in the order of their columns. */
  #homeless: DecodedColumn[] = [];

  constructor(tools: FitTools) {
    this.#tools = tools;
  }

  addHomeless(column: DecodedColumn): void {
    this.#homeless.push(column);
  }

  async add(column: DecodedColumn, name: string, type: ColumnType): Promise<void> {
    const present = this.#targets.get(name)?.sources ?? [];
    if (mayRescue(column, present.length > 0)) await this.#rescueHomeless();
    this.#targets.set(name, { name, type, sources: await this.#joined(present, column, type) });
  }

  async finish(): Promise<TargetColumn[]> {
    await this.#rescueHomeless();
    return [...this.#targets.values()];
  }

  /** The sources of a target that has `present` ones, with the column: as one where that can be. */
  async #joined(present: readonly DecodedColumn[], column: DecodedColumn, type: ColumnType): Promise<DecodedColumn[]> {
    const [only] = present.length === 1 ? present : [];
    const merged = only && mergeInto(type, only, column);
    if (merged !== undefined) return [await fitColumn(merged, type, this.#tools)];
    // what another field of the same record has taken is rescued as it came
    const free = present.length === 0 ? column : withoutTaken(column, present, this.#tools.rescued);
    const fitted = await fitColumn(free, type, this.#tools);
    const together = only && mergeLeaves(only, fitted);
    return together === undefined ? [...present, fitted] : [together];
  }

  async #rescueHomeless(): Promise<void> {
    if (this.#homeless.length === 0) return;
    await rescueColumns(this.#homeless, this.#tools.rescued, this.#tools.turns);
    this.#homeless = [];
  }
}

/** Tells whether some of the column's values may be rescued, if not all of them. */
function mayRescue({ store }: DecodedColumn, isSecond: boolean): boolean {
  return isSecond || store.kind === 'values' || store.kind === 'nested' || store.kind === 'longs';
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
          : store.kind === 'longs'
            ? { kind: 'longs', values: BigInt64Array.from(kept, (at) => store.values[at] ?? 0n) }
            : { kind: 'values', values: kept.map((at) => jsonValue(column, at)) },
  };
}
