import { leftOutMax, leftOutShare } from '../../kernel/kinds.ts';
import { GrowingArray, newInt32s } from '../../runtime/growing-array.ts';

/** Says that it is not known which members have no place. */
const unknown = -1;

/** Values some of whose members have no place in their type, in their order. */
export interface PartialViews {
  /** The index of each among the column's values. */
  readonly indexes: Int32Array;
  /** Where the members of each begin and end in `members`; the first one is negative when they must be found out. */
  readonly firsts: Int32Array;
  readonly ends: Int32Array;
  /** Where members without a place begin and end in the source of their value, two numbers for each. */
  readonly members: Int32Array;
}

/** The values of a column that may have members without a place, in their order. */
export class PartialValues {
  readonly #indexes = new GrowingArray(newInt32s, { length: 0 });
  readonly #firsts = new GrowingArray(newInt32s, { length: 0 });
  readonly #ends = new GrowingArray(newInt32s, { length: 0 });
  readonly #members = new GrowingArray(newInt32s, { length: 0 });

  get length(): number {
    return this.#indexes.length;
  }

  /** Gives what was added, valid until more is. */
  get views(): PartialViews {
    return {
      indexes: this.#indexes.finish(),
      firsts: this.#firsts.finish(),
      ends: this.#ends.finish(),
      members: this.#members.finish(),
    };
  }

  /** Adds a value of which it must be found out which members have no place. */
  add(index: number): void {
    this.#add(index, unknown);
  }

  /** Adds a value with where its members begin and end that have no place, `shift` behind where they do in its source. */
  addMembers(index: number, members: Int32Array, shift: number): void {
    const first = this.#members.length;
    for (const position of members) this.#members.push(position - shift);
    this.#add(index, first);
  }

  /** Adds a value with those of the members `all` that the kernel tells by a number, as `addMembers` does. */
  addTold(index: number, told: number, all: Int32Array, shift: number): void {
    const count = told % leftOutShare;
    const first = (told - count) / leftOutShare;
    if (count > leftOutMax) this.add(index);
    else this.addMembers(index, all.subarray(first * 2, (first + count) * 2), shift);
  }

  /** Lets the members of all values so far be found out: the type has got a place for some. */
  forgetMembers(): void {
    this.#firsts.finish().fill(unknown);
  }

  /** Gives the same values by their positions in `indexes`, which has them in the same order. */
  movedTo(indexes: Int32Array): PartialValues {
    const moved = new PartialValues();
    const own = this.views;
    let next = 0;
    for (let at = 0; at < indexes.length && next < own.indexes.length; at++) {
      const index = indexes[at] ?? 0;
      if (index < 0 || index !== own.indexes[next]) continue;
      moved.#indexes.push(at);
      next++;
    }
    moved.#firsts.append(own.firsts);
    moved.#ends.append(own.ends);
    moved.#members.append(own.members);
    return moved;
  }

  #add(index: number, first: number): void {
    const last = this.#indexes.length - 1;
    // one that was noted before its members were known
    if (last >= 0 && this.#indexes.finish()[last] === index) {
      this.#firsts.finish()[last] = unknown;
      return;
    }
    this.#indexes.push(index);
    this.#firsts.push(first);
    this.#ends.push(this.#members.length);
  }
}
