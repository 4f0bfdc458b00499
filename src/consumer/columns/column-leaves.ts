import type { KernelFieldEntries } from '../../kernel/kernel-fields.ts';
import { KernelLeaves } from '../../kernel/kernel-leaves.ts';
import type { KernelType } from '../../kernel/kernel-type.ts';
import type { LeafSpace } from '../../kernel/leaf-collector.ts';
import type { ColumnType } from '../../schema/types.ts';
import type { JsonValues } from '../ports/json-values.ts';
import type { ValueLeaves } from '../ports/value-leaves.ts';
import type { PartialValues } from './partial-values.ts';
import { shredValues } from './shred-values.ts';

/** The kernel takes types of more leaves apart at once, which takes more memory than objects do. */
export const kernelLeavesMax = 512;
/** A column of which more values would have to be taken apart again is taken apart when it is encoded, as one of more than `kernelLeavesMax` leaves is. */
const shreddedAgainMax = 100_000;

/** What a column has of its arrays or structs. */
interface NestedColumn {
  readonly name: string;
  readonly values: JsonValues;
  readonly partial: PartialValues;
}

/** Takes the arrays or structs of a column apart while they are read, as long as each of them fits the kernel's type. */
export class ColumnLeaves {
  readonly type: KernelType;
  readonly #column: NestedColumn;
  readonly #space: LeafSpace;
  #leaves: KernelLeaves;
  #count = 0;
  /** Values that have been taken apart again. */
  #shreddedAgain = 0;
  #isGivenUp = false;
  #hasNewPlaces = false;

  constructor(type: KernelType, column: NestedColumn, space: LeafSpace) {
    this.type = type;
    this.#column = column;
    this.#space = space;
    this.#leaves = new KernelLeaves(type, [column.name], space);
    type.setCollected(true);
    this.#limit();
  }

  /** Grows to a type that has more fields. */
  grow(type: ColumnType): void {
    if (type === this.type.type) return;
    this.#leaves.drain();
    const areInPlace = this.type.grow(type);
    if (!areInPlace && !this.#isGivenUp && !this.#takeApartAgain()) this.#giveUp();
    if (!this.#isGivenUp) this.#leaves.grow();
    this.#limit();
  }

  /** The type has got a place for members that were left out when the block's values were read. */
  get hasNewPlaces(): boolean {
    return this.#hasNewPlaces;
  }

  /** Takes what the kernel has collected of a block, that of `count` entries of the kind; or collects it anew where something else is in it. */
  addBlock(entries: KernelFieldEntries, { kind, count }: { readonly kind: number; readonly count: number }): void {
    if (entries.isSpoiled) {
      this.#leaves.discard();
      if (this.#isGivenUp || !entries.shredTyped(this.type, kind)) return this.#giveUp();
    }
    this.#leaves.drain();
    this.#count += count;
  }

  /** Drops what the kernel has collected of a block: its values are added one by one. */
  discardBlock(): void {
    this.#leaves.discard();
  }

  /** Adds the value of an entry, which the column has got as its last one, if it has those before; `count`: values of the column. */
  addEntry(entries: KernelFieldEntries, entry: number, count: number): void {
    if (this.#isGivenUp || count !== this.#count + 1) return;
    if (!entries.shredEntry(this.type, entry)) return this.#giveUp();
    this.#count++;
  }

  /** Ends a block: what was added one by one stays, whatever the kernel collects from now on. */
  endBlock(): void {
    this.#leaves.drain();
    this.#hasNewPlaces = false;
  }

  /** Gives the leaves of the column's values, if all of them, `count`, have been taken apart. */
  finish(count: number): ValueLeaves | undefined {
    if (this.#isGivenUp || count !== this.#count) return undefined;
    return { leaves: this.#leaves.finish(), count };
  }

  /** Takes all values apart again: some of their members have a place that they had not before. Answers with false when one can't be read, or they are too many. */
  #takeApartAgain(): boolean {
    this.#shreddedAgain += this.#count;
    if (this.#shreddedAgain > shreddedAgainMax) return false;
    this.#hasNewPlaces = true;
    this.#column.partial.forgetMembers();
    this.#leaves.discard();
    this.#leaves = new KernelLeaves(this.type, [this.#column.name], this.#space);
    if (this.#leaves.size > kernelLeavesMax) return false;
    const { kernel } = this.#space;
    return shredValues(this.#column.values, this.#count, {
      kernel,
      type: this.type,
      drain: () => this.#leaves.drain(),
    });
  }

  #limit(): void {
    if (this.#leaves.size === 0 || this.#leaves.size > kernelLeavesMax) this.#giveUp();
  }

  #giveUp(): void {
    this.#isGivenUp = true;
    this.type.setCollected(false);
    this.#leaves.discard();
  }
}
