import { conform } from '../../../schema/infer/conform.ts';
import { parseJson } from '../../../schema/json/exact-json.ts';
import { holds, wholeCell } from '../../../schema/values/fits-whole.ts';
import type { ObserveRules } from '../../../schema/infer/observe.ts';
import type { ColumnType } from '../../../schema/types/column-type.ts';
import type { JsonRows } from '../../ports/columnar-table.ts';
import { JsonValues } from '../../ports/json-values.ts';
import type { ValueStore } from '../../columns/builders/decoded-column.ts';
import type { SourceOfRows } from './value-indexes.ts';

/** Gives the values as JSON, if all of them are known so. */
export function jsonRowsOf(found: readonly SourceOfRows[]): JsonRows | undefined {
  const [only, ...others] = found;
  if (only?.source.store.kind !== 'nested') return undefined;
  const { values, leaves, rules } = only.source.store;
  return others.length === 0 ? { values, valueIndexes: only.valueIndexes, leaves, rules } : joined(found);
}

/** Joins the values of several sources in the order of their rows; `undefined` when some are not known as JSON. */
function joined(found: readonly SourceOfRows[]): JsonRows | undefined {
  const values = new JsonValues();
  let rules: ObserveRules | undefined;
  const firsts: number[] = [];
  for (const { source } of found) {
    if (source.store.kind !== 'nested') return undefined;
    firsts.push(values.count);
    values.append(source.store.values, source.count);
    rules ??= source.store.rules;
  }
  const valueIndexes = new Int32Array(found[0]?.valueIndexes.length ?? 0).fill(-1);
  for (const [at, { valueIndexes: indexes }] of found.entries())
    for (let row = 0; row < indexes.length; row++) {
      const index = indexes[row] ?? -1;
      if (index >= 0) valueIndexes[row] = index + (firsts[at] ?? 0);
    }
  return { values, valueIndexes, rules };
}

/** Gives what reads a source's value of that index as the encoder takes values of the type. */
export function cellReader(type: ColumnType): (store: ValueStore, index: number) => unknown {
  // digits that a double can't hold fit nothing but a bigint
  const isPlain = !holds(type, 'bigint');
  return (store, index) => {
    if (store.kind === 'values') return store.values[index];
    if (store.kind !== 'nested') return null;
    const { values, rules } = store;
    if (rules !== undefined) return wholeCell(placed(values.valueAt(index), type, rules), type);
    return wholeCell(isPlain ? values.plainValueAt(index) : values.valueAt(index), type);
  };
}

/** Gives what the type holds of a value whose other members have been rescued. */
function placed(value: unknown, type: ColumnType, rules: ObserveRules): unknown {
  return parseJson(conform(value, type, { rules, path: '', depth: 1, rescue: () => undefined }) ?? 'null');
}
