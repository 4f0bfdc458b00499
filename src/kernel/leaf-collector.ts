import { GrowingArray, newBytes, newDoubles, newInt32s } from '../runtime/growing-array.ts';
import { PackedBytes, type SpareBytes } from '../runtime/packed-bytes.ts';
import { asLongs, toLongs } from '../runtime/longs.ts';
import type { LeafType } from '../schema/types/column-type.ts';
import { KernelLeaf } from './kernel-leaf.ts';
import type { KernelType } from './kernel-type.ts';
import type { Kernel } from './kernel.ts';
import type { Levels } from './levels.ts';

/** Allocates arrays; their contents are undefined at first. */
export interface ArrayMemory {
  float64(length: number): Float64Array;
  int32(length: number): Int32Array;
  bytes(length: number): Uint8Array;
  /** Takes an array back that is read no more; left out: the garbage collector does. */
  free?(array: Float64Array | Int32Array | Uint8Array): void;
}

/** Leaves arrays to the garbage collector. */
export const heapMemory: ArrayMemory = { float64: newDoubles, int32: newInt32s, bytes: newBytes };

/** Where what is collected goes. */
export interface LeafSpace {
  readonly kernel: Kernel;
  readonly memory: ArrayMemory;
  /** Values for which there is room at first. */
  readonly rows: number;
}

interface CollectedLeaf {
  readonly kernelType: KernelType;
  readonly type: LeafType;
  readonly levels: Levels;
  readonly first: LeafCollector | undefined;
}

/** Collects the values of one leaf of a type, as Parquet has them: `drain` takes what the kernel has. */
export class LeafCollector {
  readonly #type: LeafType;
  readonly #levels: Levels;
  readonly #leaf: KernelLeaf;
  readonly #definitions: PackedBytes;
  /** Those of its group; the first leaf of that collects them. */
  readonly #repetitions: PackedBytes;
  readonly #isFirst: boolean;
  readonly #numbers: GrowingArray<Float64Array>;
  /** The numbers are integers of 64 bits. */
  #areLongs = false;
  readonly #ids: GrowingArray<Int32Array>;

  /** `first`: the first leaf of its group, whose repetition levels are the same; `undefined` for that one. */
  constructor({ kernelType, type, levels, first }: CollectedLeaf, { kernel, memory, rows }: LeafSpace) {
    const isString = type.kind === 'string';
    this.#type = type;
    this.#levels = levels;
    this.#leaf = new KernelLeaf(kernel, kernelType);
    const free = (array: Float64Array | Int32Array | Uint8Array) => memory.free?.(array);
    const room = (isNeeded: boolean) => ({ length: isNeeded ? rows : 0, free });
    const bytes = (length: number) => memory.bytes(length);
    this.#definitions = new PackedBytes(bytes, room(true));
    this.#isFirst = first === undefined;
    this.#repetitions = first === undefined ? new PackedBytes(bytes, room(levels.repetition > 0)) : first.#repetitions;
    this.#numbers = new GrowingArray<Float64Array>((length) => memory.float64(length), room(!isString));
    this.#ids = new GrowingArray<Int32Array>((length) => memory.int32(length), room(isString));
  }

  /** Takes what the kernel has collected. */
  drain(): void {
    this.#definitions.append(this.#leaf.definitions);
    if (this.#collectsRepetitions) this.#repetitions.append(this.#leaf.repetitions);
    if (this.#type.kind === 'string') this.#ids.append(this.#leaf.ids);
    else this.#drainNumbers();
  }

  #drainNumbers(): void {
    if (this.#leaf.areLongs && !this.#areLongs) {
      this.#areLongs = true;
      toLongs(this.#numbers.finish());
    }
    this.#numbers.append(this.#leaf.numbers);
  }

  /** Bytes of levels that it holds as they are. */
  get levelBytes(): number {
    return this.#definitions.unpackedLength + (this.#isFirst ? this.#repetitions.unpackedLength : 0);
  }

  /** Bytes of values that it holds. */
  get valueBytes(): number {
    return this.#numbers.length * Float64Array.BYTES_PER_ELEMENT + this.#ids.length * Int32Array.BYTES_PER_ELEMENT;
  }

  /** Makes the levels that it holds small. */
  pack(): void {
    this.#definitions.pack();
    if (this.#isFirst) this.#repetitions.pack();
  }

  /** Adds an entry without a value for each that a struct around the leaf has had; `other` is another leaf in it. */
  addMissing(other: LeafCollector, struct: Levels): void {
    const definitions = other.#definitions.finish();
    const repetitions = other.#repetitions.finish();
    for (let entry = 0; entry < definitions.length; entry++) {
      const repetition = repetitions[entry] ?? 0;
      if (repetition > struct.repetition) continue;
      this.#definitions.push(Math.min(definitions[entry] ?? 0, struct.definition));
      if (this.#collectsRepetitions) this.#repetitions.push(repetition);
    }
  }

  /** Gives what was taken, valid until more is. */
  finish() {
    const { path, definition, repetition } = this.#levels;
    // what they hold may be read when the kernel is gone
    const [definitions, repetitions] = [this.#definitions, this.#repetitions];
    return {
      path,
      type: this.#type,
      definitionMax: definition + 1,
      repetitionMax: repetition,
      ...(repetition > 0 && { repetitionGroup: repetitions }),
      levels: (definitionRoom?: SpareBytes, repetitionRoom?: SpareBytes) => ({
        definitions: definitions.finish(definitionRoom),
        ...(repetition > 0 && { repetitions: repetitions.finish(repetitionRoom) }),
      }),
      values: this.#values(),
    };
  }

  get #collectsRepetitions(): boolean {
    return this.#isFirst && this.#levels.repetition > 0;
  }

  #values() {
    const numbers = this.#numbers.finish();
    if (this.#areLongs) return { kind: 'longs' as const, longs: asLongs(numbers) };
    if (this.#type.kind !== 'string') return { kind: 'numbers' as const, numbers };
    return { kind: 'strings' as const, ids: this.#ids.finish(), dictionary: this.#leaf.dictionary() };
  }
}
