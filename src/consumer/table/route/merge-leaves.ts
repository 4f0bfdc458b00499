import type { DecodedColumn, ValueStore } from '../../columns/builders/decoded-column.ts';
import type { LeafLevels, ValueLeaf, ValueLeaves } from '../../ports/value-leaves.ts';
import { mergeRows, type MergedRows } from './merge-rows.ts';

type NestedStore = Extract<ValueStore, { kind: 'nested' }>;

/**
 * Merges two columns of one type that have been shredded, one of which has no scalar in any of its values. `undefined` when they are others,
 * or a row is in both.
 */
export function mergeLeaves(one: DecodedColumn, other: DecodedColumn): DecodedColumn | undefined {
  const [typed, empties] = hasNoScalar(one.store) ? [other, one] : [one, other];
  if (typed.store.kind !== 'nested' || empties.store.kind !== 'nested' || !hasNoScalar(empties.store)) return undefined;
  const pairs = pairLeaves(typed.store.leaves, empties.store.leaves);
  const merged = pairs && mergeRows(typed, empties);
  if (pairs === undefined || merged === undefined) return undefined;
  const { rows, indexes } = merged;
  const leaves = {
    leaves: pairs.map((pair) => ({ ...pair[0], levels: () => mergedLevels(pair, merged) })),
    count: rows.length,
  };
  const store = { ...mergedStore(typed, empties.store, indexes), leaves };
  return { ...typed, count: rows.length, rows, store };
}

function mergedStore({ store, count }: DecodedColumn, empties: NestedStore, indexes: Int32Array): NestedStore {
  if (store.kind !== 'nested') return empties;
  const partial = store.partial?.movedTo(indexes);
  const rules = store.rules ?? empties.rules;
  return {
    ...store,
    values: store.values.mergeWith(empties.values, count, indexes),
    areWhole: store.areWhole && empties.areWhole,
    ...(partial && { partial }),
    ...(rules && { rules }),
  };
}

function hasNoScalar(store: ValueStore): boolean {
  return store.kind === 'nested' && store.leaves?.leaves.every(hasNoValue) === true;
}

function hasNoValue({ values }: ValueLeaf): boolean {
  // longs begin with a value
  return values.kind === 'strings' ? values.ids.length === 0 : values.kind === 'numbers' && values.numbers.length === 0;
}

type LeafPair = readonly [typed: ValueLeaf, empties: ValueLeaf];

/** Pairs the leaves of the same path and type; `undefined` when they are others, or some values of the columns are none of theirs. */
function pairLeaves(typed: ValueLeaves | undefined, empties: ValueLeaves | undefined): LeafPair[] | undefined {
  if (typed?.leaves.length !== empties?.leaves.length) return undefined;
  if (typed?.indexes !== undefined || empties?.indexes !== undefined) return undefined;
  const pairs: LeafPair[] = [];
  for (const [at, leaf] of typed?.leaves.entries() ?? []) {
    const other = empties?.leaves[at];
    if (other === undefined || other.type.kind !== leaf.type.kind || !samePath(leaf, other)) return undefined;
    pairs.push([leaf, other]);
  }
  return pairs;
}

function samePath({ path }: ValueLeaf, { path: other }: ValueLeaf): boolean {
  return path.length === other.length && path.every((name, at) => name === other[at]);
}

/** Puts the entries of both in the order of the rows. */
function mergedLevels(pair: LeafPair, { indexes }: MergedRows): LeafLevels {
  const [leaf, other] = [pair[0].levels(), pair[1].levels()];
  const definitions = new Uint8Array(leaf.definitions.length + other.definitions.length);
  if (leaf.repetitions === undefined || other.repetitions === undefined) {
    for (let at = 0; at < indexes.length; at++) {
      const index = indexes[at] ?? 0;
      definitions[at] = (index < 0 ? other.definitions[~index] : leaf.definitions[index]) ?? 0;
    }
    return { definitions };
  }
  const repetitions = new Uint8Array(definitions.length);
  const to = { definitions, repetitions, length: 0 };
  const [from, otherFrom] = [
    { ...entriesOf(leaf), at: 0 },
    { ...entriesOf(other), at: 0 },
  ];
  for (const index of indexes) copyValue(index < 0 ? otherFrom : from, to);
  return { definitions, repetitions };
}

function entriesOf({ definitions, repetitions = new Uint8Array(0) }: LeafLevels): Required<LeafLevels> {
  return { definitions, repetitions };
}

/** Copies the entries of the value at `from.at`, up to that of the next one. */
function copyValue(from: Required<LeafLevels> & { at: number }, to: Required<LeafLevels> & { length: number }): void {
  do {
    to.definitions[to.length] = from.definitions[from.at] ?? 0;
    to.repetitions[to.length++] = from.repetitions[from.at++] ?? 0;
  } while ((from.repetitions[from.at] ?? 0) !== 0);
}
