import type { KernelFieldEntries } from '../../../kernel/kernel-fields.ts';
import { KernelLeaves } from '../../../kernel/kernel-leaves.ts';
import type { KernelType } from '../../../kernel/kernel-type.ts';
import type { LeafSpace } from '../../../kernel/leaf-collector.ts';
import type { ColumnType } from '../../../schema/types/column-type.ts';
import type { JsonValues } from '../../ports/json-values.ts';
import type { ValueLeaves } from '../../ports/value-leaves.ts';
import type { PartialValues } from '../members/partial-values.ts';
import { shredValues } from './shred-values.ts';

/** Most leaves of a type that the kernel shreds by: it collects all of them at once, and more take more memory than objects do. */
export const kernelLeavesMax = 512;
/** A column of which more values would have to be shredded again is shredded when it is encoded, as one of more than `kernelLeavesMax` leaves is. */
const shreddedAgainMax = 100_000;

/** What a column has of its arrays or structs. */
interface NestedColumn {
  readonly name: string;
  readonly values: JsonValues;
  readonly partial: PartialValues;
}

/** Shreds the arrays or structs of a column while they are read, as long as each of them fits the kernel's type. */
export class ColumnLeaves {
  readonly type: KernelType;
  readonly #column: NestedColumn;
  readonly #space: LeafSpace;
  #leaves: KernelLeaves;
  /** Values of the column that have been shredded: the first ones. */
  #count = 0;
  /** Values that have been shredded again. */
  #shreddedAgain = 0;
  #isGivenUp = false;
  /** The type has grown since the leaves did. */
  #hasGrown = false;
  #hasNewPlaces = false;

  constructor(type: KernelType, column: NestedColumn, space: LeafSpace) {
    this.type = type;
    this.#column = column;
    this.#space = space;
    this.#leaves = new KernelLeaves(type, [column.name], space);
    type.setCollected(true);
    this.#limit();
  }

  /** Grows to a type that has more fields; the leaves do so when the block ends. */
  grow(type: ColumnType): void {
    if (type === this.type.type) return;
    if (!this.#isGivenUp && !this.#hasGrown) this.#leaves.drain();
    const areInPlace = this.type.grow(type);
    if (this.#isGivenUp) return;
    this.#hasGrown = true;
    if (areInPlace) return;
    this.#hasNewPlaces = true;
    this.#column.partial.forgetMembers();
  }

  /** Bytes of what has been shredded. */
  get heldBytes(): number {
    return this.#leaves.heldBytes;
  }

  /** The type has got a place for members that were left out when the block's values were read. */
  get hasNewPlaces(): boolean {
    return this.#hasNewPlaces;
  }

  /** Takes what the kernel has collected of a block, whose `count` values the column has got as its last ones; or collects it anew where something else is in it. */
  addBlock(entries: KernelFieldEntries, count: number): void {
    if (this.#isGivenUp) return;
    if (entries.isSpoiled || this.#count + count !== this.#column.values.count) return this.#catchUp();
    this.#leaves.drain();
    this.#count += count;
  }

  /** Drops what the kernel has collected of a block: its values are added one by one. */
  discardBlock(): void {
    if (!this.#isGivenUp) this.#leaves.discard();
  }

  /** Ends a block whose values were added one by one: shreds them. */
  endBlock(): void {
    this.#catchUp();
    this.#hasNewPlaces = false;
  }

  /** Gives the leaves of the column's values, if all of them have been shredded. */
  finish(): ValueLeaves | undefined {
    this.#catchUp();
    return this.#isGivenUp ? undefined : { leaves: this.#leaves.finish(), count: this.#count };
  }

  /** Shreds the values that the column has got since; all of them again where members have a place that they had not before. */
  #catchUp(): void {
    if (this.#isGivenUp) return;
    if (this.#hasGrown) this.#growLeaves();
    this.#leaves.discard();
    if (this.#isGivenUp || this.#count === this.#column.values.count) return;
    if (!this.#shredMissing()) this.#giveUp();
  }

  #growLeaves(): void {
    this.#hasGrown = false;
    this.#leaves.grow();
    this.#limit();
    if (this.#hasNewPlaces) this.#beginAnew();
  }

  #beginAnew(): void {
    this.#shreddedAgain += this.#count;
    if (this.#shreddedAgain > shreddedAgainMax) return this.#giveUp();
    this.#leaves.discard();
    this.#leaves = new KernelLeaves(this.type, [this.#column.name], this.#space);
    this.#count = 0;
  }

  /** Answers with false when a value can't be read. */
  #shredMissing(): boolean {
    const { kernel } = this.#space;
    const { values } = this.#column;
    const missing = { values, first: this.#count, end: values.count };
    this.#count = values.count;
    return shredValues(missing, { kernel, type: this.type, drain: () => this.#leaves.drain() });
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
