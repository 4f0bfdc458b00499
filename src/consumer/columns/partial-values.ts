import { GrowingArray, newInt32s } from '../../runtime/growing-array.ts';

/** Says that it is not known which members have no place. */
const unknown = -1;

/** A value some of whose members have no place in its type. */
export interface PartialValue {
  /** Its index among the column's values. */
  readonly index: number;
  /** Where its members without a place begin and end in its source, two numbers for each; `undefined` when that must be found out. */
  readonly members: Int32Array | undefined;
}

/** The values of a column that may have members without a place, in their order. */
export class PartialValues {
  readonly #indexes: number[] = [];
  /** Where the members of each begin and end among all members, `unknown` where these must be found out. */
  readonly #firsts: number[] = [];
  readonly #ends: number[] = [];
  readonly #members = new GrowingArray(newInt32s, { length: 0 });

  get length(): number {
    return this.#indexes.length;
  }

  /** Adds a value of which it must be found out which members have no place. */
  add(index: number): void {
    this.#add(index, unknown);
  }

  /** Adds a value with its members that have no place; they begin and end `shift` behind where they do in its source. */
  addMembers(index: number, members: Int32Array, shift: number): void {
    const first = this.#members.length;
    for (const position of members) this.#members.push(position - shift);
    this.#add(index, first);
  }

  /** Lets the members of all values so far be found out: the type has got a place for some. */
  forgetMembers(): void {
    this.#firsts.fill(unknown);
  }

  /** Gives the same values by their positions in `indexes`, which has them in the same order. */
  movedTo(indexes: Int32Array): PartialValues {
    const moved = new PartialValues();
    let next = 0;
    for (const [at, index] of indexes.entries()) {
      if (index < 0 || index !== this.#indexes[next]) continue;
      moved.#indexes.push(at);
      next++;
    }
    for (const first of this.#firsts) moved.#firsts.push(first);
    for (const end of this.#ends) moved.#ends.push(end);
    moved.#members.append(this.#members.finish());
    return moved;
  }

  *[Symbol.iterator](): Generator<PartialValue> {
    const all = this.#members.finish();
    for (const [at, index] of this.#indexes.entries()) {
      const first = this.#firsts[at] ?? unknown;
      yield { index, members: first === unknown ? undefined : all.subarray(first, this.#ends[at]) };
    }
  }

  #add(index: number, first: number): void {
    // one that was noted before its members were known
    if (this.#indexes.at(-1) === index) {
      this.#firsts[this.#firsts.length - 1] = unknown;
      return;
    }
    this.#indexes.push(index);
    this.#firsts.push(first);
    this.#ends.push(this.#members.length);
  }
}
