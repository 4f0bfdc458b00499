import { isNested } from '../schema/types/column-type.ts';
import type { KernelType } from './kernel-type.ts';
import { LeafCollector, type LeafSpace } from './leaf-collector.ts';
import { aroundElement, aroundField, aroundKey, aroundValue, type Levels } from './levels.ts';

/** Levels take a byte for each element and leaf, whether it has a value or not: more of them are packed. */
const levelBytesMax = 16 * 1024 * 1024;
/** Leaves begin with room for all rows up to so many values of all leaves together: V8 collects garbage after every 64 MB of new buffers, and of many fields few are in each row. */
const roomMax = 4e6;
/** Values for which each of the other leaves has room at first. */
const startRows = 1024;

/** What is around a leaf. */
interface Around {
  /** Fills the leaf with the entries that it would have. */
  readonly before?: ((leaf: LeafCollector) => void) | undefined;
  /** The innermost array or map. */
  readonly array?: KernelType | undefined;
}

/** Collects the values of a type in its leaves, in the order of its fields. */
export class KernelLeaves {
  readonly #type: KernelType;
  readonly #path: readonly string[];
  readonly #space: LeafSpace;
  readonly #collectors = new Map<KernelType, LeafCollector>();
  /** The first leaf of each array or map, without those in others within it: all of these have an entry for each element. */
  readonly #firstOf = new Map<KernelType, LeafCollector>();
  #heldBytes = 0;

  /** `path`: the names around the type, that of its column. */
  constructor(type: KernelType, path: readonly string[], space: LeafSpace) {
    this.#type = type;
    this.#path = path;
    this.#space = space;
    this.grow();
  }

  /** Bytes that the collected values and levels take. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The number of leaves. */
  get size(): number {
    return this.#collectors.size;
  }

  /** Adds the leaves that the type has got since: their fields were missing so far. What the kernel has collected must have been taken. */
  grow(): void {
    this.#addLeaves(this.#type, { path: this.#path, definition: 0, repetition: 0 });
  }

  /** Takes what the kernel has collected. */
  drain(): void {
    const { calls } = this.#space.kernel;
    let levelBytes = 0;
    let valueBytes = 0;
    calls.completeLeaves(this.#type.address);
    for (const collector of this.#collectors.values()) {
      collector.drain();
      levelBytes += collector.levelBytes;
      valueBytes += collector.valueBytes;
    }
    this.#heldBytes = levelBytes + valueBytes;
    calls.emptyLeaves(this.#type.address);
    if (levelBytes > levelBytesMax) for (const collector of this.#collectors.values()) collector.pack();
  }

  /** Drops what the kernel has collected since `drain`; its strings stay in the dictionaries, unused. */
  discard(): void {
    this.#space.kernel.calls.emptyLeaves(this.#type.address);
  }

  /** Gives the leaves in the order of the type's fields. */
  finish() {
    return this.#leavesOf(this.#type).map((collector) => collector.finish());
  }

  #addLeaves(kernelType: KernelType, levels: Levels, { before, array }: Around = {}): void {
    const { type, element, key, fields } = kernelType;
    const within = { before, array: kernelType };
    if (key !== undefined) this.#addLeaves(key, aroundKey(levels), within);
    const around = key === undefined ? aroundElement : aroundValue;
    if (element !== undefined) return this.#addLeaves(element, around(levels), within);
    if (isNested(type)) {
      const [other] = this.#leavesOf(kernelType);
      const struct = { ...levels, definition: levels.definition + 1 };
      const fill = other === undefined ? before : (leaf: LeafCollector) => leaf.addMissing(other, struct);
      for (const { name, type: of } of fields) this.#addLeaves(of, aroundField(levels, name), { before: fill, array });
      return;
    }
    if (this.#collectors.has(kernelType)) return;
    const first = array && this.#firstOf.get(array);
    const collector = new LeafCollector({ kernelType, type, levels, first }, this.#spaceForNext());
    before?.(collector);
    this.#collectors.set(kernelType, collector);
    if (array !== undefined && first === undefined) this.#firstOf.set(array, collector);
  }

  #spaceForNext(): LeafSpace {
    const { rows } = this.#space;
    return this.size * rows < roomMax ? this.#space : { ...this.#space, rows: Math.min(rows, startRows) };
  }

  #leavesOf(kernelType: KernelType): LeafCollector[] {
    const { element, key, fields } = kernelType;
    if (element !== undefined) return [...(key === undefined ? [] : this.#leavesOf(key)), ...this.#leavesOf(element)];
    const own = this.#collectors.get(kernelType);
    return own === undefined ? fields.flatMap(({ type }) => this.#leavesOf(type)) : [own];
  }
}
