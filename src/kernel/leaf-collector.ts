import { GrowingArray } from '../runtime/growing-array.ts';
import type { LeafType } from '../schema/types.ts';
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

/** Where what is collected goes. */
export interface LeafSpace {
  readonly kernel: Kernel;
  readonly memory: ArrayMemory;
  /** Values for which there is room at first. */
  readonly rows: number;
}

/** Collects the values of one leaf of a type, as Parquet has them: `drain` takes what the kernel has. */
export class LeafCollector {
  readonly #type: LeafType;
  readonly #levels: Levels;
  readonly #leaf: KernelLeaf;
  readonly #definitions: GrowingArray<Uint8Array>;
  readonly #repetitions: GrowingArray<Uint8Array>;
  readonly #numbers: GrowingArray<Float64Array>;
  readonly #ids: GrowingArray<Int32Array>;

  constructor(kernelType: KernelType, type: LeafType, levels: Levels, { kernel, memory, rows }: LeafSpace) {
    const isString = type.kind === 'string';
    this.#type = type;
    this.#levels = levels;
    this.#leaf = new KernelLeaf(kernel, kernelType);
    const free = (array: Float64Array | Int32Array | Uint8Array) => memory.free?.(array);
    const room = (isNeeded: boolean) => ({ length: isNeeded ? rows : 0, free });
    this.#definitions = new GrowingArray<Uint8Array>((length) => memory.bytes(length), room(true));
    this.#repetitions = new GrowingArray<Uint8Array>((length) => memory.bytes(length), room(levels.repetition > 0));
    this.#numbers = new GrowingArray<Float64Array>((length) => memory.float64(length), room(!isString));
    this.#ids = new GrowingArray<Int32Array>((length) => memory.int32(length), room(isString));
  }

  /** Takes what the kernel has collected. */
  drain(): void {
    this.#definitions.append(this.#leaf.definitions);
    if (this.#levels.repetition > 0) this.#repetitions.append(this.#leaf.repetitions);
    if (this.#type.kind === 'string') this.#ids.append(this.#leaf.ids);
    else this.#numbers.append(this.#leaf.numbers);
    this.#leaf.empty();
  }

  /** Drops what the kernel has collected since `drain`; its strings stay in the dictionary, unused. */
  discard(): void {
    this.#leaf.empty();
  }

  /** Adds an entry without a value for each that a struct around the leaf has had; `other` is another leaf in it. */
  addMissing(other: LeafCollector, struct: Levels): void {
    const definitions = other.#definitions.finish();
    const repetitions = other.#repetitions.finish();
    for (let entry = 0; entry < definitions.length; entry++) {
      const repetition = repetitions[entry] ?? 0;
      if (repetition > struct.repetition) continue;
      this.#definitions.push(Math.min(definitions[entry] ?? 0, struct.definition));
      if (this.#levels.repetition > 0) this.#repetitions.push(repetition);
    }
  }

  /** Gives what was taken, valid until more is. */
  finish() {
    const { path, definition, repetition } = this.#levels;
    return {
      path,
      type: this.#type,
      definitionMax: definition + 1,
      definitions: this.#definitions.finish(),
      repetitionMax: repetition,
      ...(repetition > 0 && { repetitions: this.#repetitions.finish() }),
      values: this.#values(),
    };
  }

  #values() {
    if (this.#type.kind !== 'string') return { kind: 'numbers' as const, numbers: this.#numbers.finish() };
    return { kind: 'strings' as const, ids: this.#ids.finish(), dictionary: this.#leaf.dictionary() };
  }
}
