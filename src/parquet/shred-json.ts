import type { JsonRows } from '../consumer/ports/columnar-table.ts';
import { KernelLeaf } from '../kernel/kernel-leaf.ts';
import { KernelType } from '../kernel/kernel-type.ts';
import { windowBytes, windowRecords, type Kernel } from '../kernel/kernel.ts';
import type { Turns } from '../runtime/turns.ts';
import type { ColumnType } from '../schema/types.ts';
import { ByteWriter } from './byte-writer.ts';
import { GrowingNumbers, newDoubles, newInt32s } from './growing-numbers.ts';
import type { LeafColumn } from './leaf-column.ts';
import { numbersOf, type LeafValues } from './leaf-values.ts';
import type { LeafType } from './parquet-schema.ts';
import { aroundElement, aroundField, type Levels, type RowRange } from './shred.ts';

/** The kernel, and the turns of the event loop between its work. */
export interface ShredTools {
  readonly kernel: Kernel;
  readonly turns: Turns;
}

/** A column whose values are known as JSON; all of them fit its type with all their members. */
interface JsonColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly json: JsonRows;
}

/** Shreds in the kernel, with no object made; `undefined` when it can't read the type or one of the values. */
export async function shredJson(
  column: JsonColumn,
  range: RowRange,
  { kernel, turns }: ShredTools,
): Promise<LeafColumn[] | undefined> {
  return kernel.withScratchOverTurns(async () => {
    const type = KernelType.of(kernel, column.type, { isStrict: false });
    return type && new JsonShredder(column, type, { kernel, rows: range.end - range.first }).shred(range, turns);
  });
}

class JsonShredder {
  readonly #kernel: Kernel;
  readonly #json: JsonRows;
  readonly #type: KernelType;
  readonly #leaves: readonly JsonLeaf[];

  constructor({ name, json }: JsonColumn, type: KernelType, space: LeafSpace) {
    const { kernel } = space;
    this.#kernel = kernel;
    this.#json = json;
    this.#type = type;
    this.#leaves = leavesOf(type, { path: [name], definition: 0, repetition: 0 }, space);
  }

  async shred({ first, end }: RowRange, turns: Turns): Promise<LeafColumn[] | undefined> {
    for (let row = first; row < end;) {
      const count = this.#load(row, end);
      if (count === 0 || !this.#shredLoaded(row, count)) return undefined;
      for (const leaf of this.#leaves) leaf.drain();
      row += count;
      if (turns.areDue) await turns.next();
    }
    return this.#leaves.map((leaf) => leaf.finish());
  }

  /** Loads the values of as many rows as have them in one piece of memory; answers with the number of rows. */
  #load(first: number, end: number): number {
    const { calls, window, starts, ends, int32 } = this.#kernel;
    const { values, valueIndexes } = this.#json;
    const last = Math.min(end, first + windowRecords);
    const firstIndex = valueIndexes.subarray(first, last).find((index) => index >= 0) ?? -1;
    const source = firstIndex < 0 ? undefined : values.sourceAt(firstIndex);
    const base = firstIndex < 0 ? 0 : values.startAt(firstIndex);
    let filled = base;
    let row = first;
    for (; row < last; row++) {
      const index = valueIndexes[row] ?? -1;
      if (index >= 0 && values.sourceAt(index) !== source) break;
      // a row without a value has an empty range
      int32[starts / Int32Array.BYTES_PER_ELEMENT + row - first] = index < 0 ? filled : values.startAt(index);
      if (index >= 0) filled = values.endAt(index);
      int32[ends / Int32Array.BYTES_PER_ELEMENT + row - first] = filled;
    }
    const count = calls.rebase(starts, ends, row - first, base, window, windowBytes, windowBytes);
    if (source === undefined || count === 0) return count;
    const windowEnd = int32[ends / Int32Array.BYTES_PER_ELEMENT + count - 1] ?? window;
    this.#kernel.fill(source.subarray(base, base + windowEnd - window));
    return count;
  }

  /** Shreds loaded values; answers with false when one can't be read, though the keys of its objects are known. */
  #shredLoaded(first: number, count: number): boolean {
    const { calls, starts, ends } = this.#kernel;
    const { values, valueIndexes } = this.#json;
    let learned = -1;
    for (let done = 0; done < count;) {
      const from = done * Int32Array.BYTES_PER_ELEMENT;
      done += calls.shred(this.#type.address, starts + from, ends + from, count - done);
      if (done === count) break;
      if (done === learned) return false;
      learned = done;
      this.#type.learn(values.plainValueAt(valueIndexes[first + done] ?? 0));
    }
    return true;
  }
}

/** The kernel, and how many rows are shredded. */
interface LeafSpace {
  readonly kernel: Kernel;
  readonly rows: number;
}

/** A leaf of the file, filled from what the kernel collects. */
class JsonLeaf {
  readonly #type: LeafType;
  readonly #levels: Levels;
  readonly #collected: KernelLeaf;
  readonly #definitions = new ByteWriter();
  readonly #repetitions = new ByteWriter();
  readonly #numbers: GrowingNumbers<Float64Array>;
  /** Dictionary ids, for strings. */
  readonly #ids: GrowingNumbers<Int32Array> | undefined;

  constructor(
    type: LeafType,
    levels: Levels,
    { collected, rows }: { readonly collected: KernelLeaf; readonly rows: number },
  ) {
    // an array has any number of elements
    const length = levels.repetition === 0 ? rows : undefined;
    this.#ids = type.kind === 'string' ? new GrowingNumbers(newInt32s, length) : undefined;
    this.#numbers = new GrowingNumbers(newDoubles, this.#ids === undefined ? length : 0);
    this.#type = type;
    this.#levels = levels;
    this.#collected = collected;
  }

  /** Copies what the kernel has collected, and empties it. */
  drain(): void {
    this.#definitions.bytes(this.#collected.definitions);
    if (this.#levels.repetition > 0) this.#repetitions.bytes(this.#collected.repetitions);
    (this.#ids ?? this.#numbers).append(this.#collected.values);
    this.#collected.empty();
  }

  finish(): LeafColumn {
    const { path, definition, repetition } = this.#levels;
    return {
      path,
      type: this.#type,
      entries: this.#definitions.length,
      definitionMax: definition + 1,
      definitions: this.#definitions.finish(),
      repetitionMax: repetition,
      ...(repetition > 0 && { repetitions: this.#repetitions.finish() }),
      values: this.#leafValues(),
    };
  }

  #leafValues(): LeafValues {
    const ids = this.#ids?.finish();
    if (ids === undefined) return numbersOf(this.#type, this.#numbers.finish());
    return { kind: 'strings', ids, dictionary: this.#collected.dictionary() };
  }
}

function leavesOf(kernelType: KernelType, levels: Levels, space: LeafSpace): JsonLeaf[] {
  const { type, element, fields } = kernelType;
  if (type.kind === 'array') return element === undefined ? [] : leavesOf(element, aroundElement(levels), space);
  if (type.kind === 'struct')
    return fields.flatMap((field) => leavesOf(field.type, aroundField(levels, field.name), space));
  if (type.kind === 'map') throw new RangeError('the kernel reads no maps');
  const collected = new KernelLeaf(space.kernel, kernelType);
  return [new JsonLeaf(type, levels, { collected, rows: space.rows })];
}
