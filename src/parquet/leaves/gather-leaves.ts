import type { ValueLeaf, ValueLeaves } from '../../consumer/ports/value-leaves.ts';
import type { Address } from '../../kernel/kernel-calls.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { asDoubles, asLongs } from '../../runtime/longs.ts';
import { memoize } from '../../runtime/memo.ts';
import { SpareBytes } from '../../runtime/packed-bytes.ts';
import { aroundElement, aroundField, aroundKey, aroundValue, type Levels } from '../../kernel/levels.ts';
import { isNested, type ColumnType, type LeafType } from '../../schema/types/column-type.ts';
import type { LeafColumn, LevelPages } from './leaf-column.ts';
import { bigints, numbersOf, type LeafValues } from './leaf-values.ts';

/** A column whose values have been shredded. */
interface ShreddedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly values: ValueLeaves;
  /** The index of each row's value, -1 for none; they ascend. */
  readonly valueIndexes: Int32Array;
}

/** Makes the leaves of the rows from those of the column's values, one by one; `undefined` when these are of another type. */
export function gatherLeaves(
  { name, type, values, valueIndexes }: ShreddedColumn,
  kernel: Kernel,
): Iterable<LeafColumn> | undefined {
  const wanted = leavesOfType(type, { path: [name], definition: 0, repetition: 0 });
  const byPath = new Map(values.leaves.map((leaf) => [keyOf(leaf.path), leaf]));
  const found = wanted.map(({ path, type: of }) => {
    const leaf = byPath.get(keyOf(path));
    return leaf?.type.kind === of.kind ? { ...leaf, path } : undefined;
  });
  const leaves = found.filter((leaf) => leaf !== undefined);
  // a field that no value has is made by shredding them again
  if (leaves.length < Math.max(wanted.length, values.leaves.length)) return undefined;
  const { count, indexes: own } = values;
  const indexes = own === undefined ? valueIndexes : valueIndexes.map((index) => own[index] ?? -1);
  // they ascend: without a gap they are all
  const areAll = own === undefined && indexes.length === count && !indexes.includes(-1);
  const chosen = { count, indexes };
  return leafColumns(areAll ? leaves : leaves.values().map((leaf) => gather(leaf, chosen, kernel)));
}

function leavesOfType(type: ColumnType, levels: Levels): (Levels & { readonly type: LeafType })[] {
  if (type.kind === 'array') return leavesOfType(type.element, aroundElement(levels));
  if (type.kind === 'map')
    return [{ ...aroundKey(levels), type: { kind: 'string' } }, ...leavesOfType(type.value, aroundValue(levels))];
  if (type.kind === 'struct')
    return type.fields.flatMap((field) => leavesOfType(field.type, aroundField(levels, field.name)));
  return isNested(type) ? [] : [{ ...levels, type }];
}

/** Identifies a leaf within its column, which has another name than its field where it stands beside one of another type. */
function keyOf([, ...path]: readonly string[]): string {
  return JSON.stringify(path);
}

/** Makes the leaf of the rows, some of which have no value, or others of the `count` values than there are rows. */
function gather(
  leaf: ValueLeaf,
  { count, indexes }: { readonly count: number; readonly indexes: Int32Array },
  kernel: Kernel,
): ValueLeaf {
  return kernel.withScratch(() => {
    const entries = copyIn(leaf, indexes, kernel);
    const levels = gatherLevels(leaf, entries, kernel);
    const haveAll = kernel.calls.chosenCount.value === count;
    return { ...leaf, levels: () => levels, values: haveAll ? leaf.values : gatherValues(leaf, entries, kernel) };
  });
}

/** A leaf's levels, and the rows' values, in the kernel's memory. */
interface Entries {
  readonly definitions: Address;
  readonly repetitions: Address;
  readonly count: number;
  readonly indexes: Address;
  readonly rows: number;
}

function copyIn({ levels }: ValueLeaf, indexes: Int32Array, kernel: Kernel): Entries {
  const { definitions, repetitions } = levels();
  return {
    definitions: kernel.copyIn(definitions),
    repetitions: repetitions === undefined ? 0 : kernel.copyIn(repetitions),
    count: definitions.length,
    indexes: kernel.copyInInt32(indexes),
    rows: indexes.length,
  };
}

function gatherLevels({ repetitionMax }: ValueLeaf, entries: Entries, kernel: Kernel) {
  const { calls } = kernel;
  const { definitions, repetitions, count, indexes, rows } = entries;
  const definitionsTo = calls.allocate(count + rows);
  const repetitionsTo = calls.allocate(repetitionMax > 0 ? count + rows : 0);
  const found = calls.gatherEntries(definitions, repetitions, count, indexes, rows, definitionsTo, repetitionsTo);
  const { bytes } = kernel;
  return {
    definitions: bytes.slice(definitionsTo, definitionsTo + found),
    ...(repetitionMax > 0 && { repetitions: bytes.slice(repetitionsTo, repetitionsTo + found) }),
  };
}

function gatherValues({ values, definitionMax }: ValueLeaf, entries: Entries, kernel: Kernel): ValueLeaf['values'] {
  const { calls } = kernel;
  const { definitions, repetitions, count, indexes, rows } = entries;
  const gatherTo = (from: Address, shift: number): number =>
    calls.gatherValues(definitions, repetitions, count, indexes, rows, definitionMax, from, shift, from);
  if (values.kind === 'strings') {
    const ids = kernel.copyInInt32(values.ids);
    return { ...values, ids: kernel.copyOutInt32(ids, gatherTo(ids, idShift)) };
  }
  if (values.kind === 'longs') {
    const longs = kernel.copyInDoubles(asDoubles(values.longs));
    return { ...values, longs: asLongs(kernel.copyOutDoubles(longs, gatherTo(longs, numberShift))) };
  }
  const numbers = kernel.copyInDoubles(values.numbers);
  return { ...values, numbers: kernel.copyOutDoubles(numbers, gatherTo(numbers, numberShift)) };
}

/** Base-2 logarithms of the bytes of a dictionary id and of a number. */
const idShift = 2;
const numberShift = 3;

/** Gives the leaves in the form of the file's, one by one, each until the next is asked for: all at once would take a byte for each element of each. */
export function* leafColumns(leaves: Iterable<ValueLeaf>): Generator<LeafColumn> {
  const [definitionRoom, repetitionRoom] = [new SpareBytes(), new SpareBytes()];
  const pagesOf = memoize<object, LevelPages>(() => new Map(), Infinity);
  for (const { values, levels: levelsOf, repetitionGroup, ...rest } of leaves) {
    const levels = levelsOf(definitionRoom, repetitionRoom);
    const { length: entries } = levels.definitions;
    const repetitionPages = repetitionGroup && pagesOf(repetitionGroup);
    yield {
      ...rest,
      ...levels,
      ...(repetitionPages && { repetitionPages }),
      entries,
      values: leafValuesOf(rest.type, values),
    };
  }
}

function leafValuesOf(type: LeafType, values: ValueLeaf['values']): LeafValues {
  if (values.kind === 'strings') return values;
  return values.kind === 'longs' ? bigints(values.longs) : numbersOf(type, values.numbers);
}
