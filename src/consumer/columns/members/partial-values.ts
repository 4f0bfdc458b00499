import { GrowingArray, newBytes, newInt32s } from '../../../runtime/growing-array.ts';

/** Says that it is not known which members have no place. */
const unknown = -1;

/** JSON objects of values one behind the other, each with the members of a value that have no place: their JSON Pointers are the keys. */
export interface LeftOutObjects {
  /** The index of each value among the column's values; they ascend. */
  readonly indexes: Int32Array;
  /** How many members each has. */
  readonly counts: Int32Array;
  readonly bytes: Uint8Array;
  /** Where each ends in `bytes`. */
  readonly ends: Int32Array;
}

/** The values of a column that may have members without a place, in their order. */
export class PartialValues {
  readonly #indexes = new GrowingArray(newInt32s, { length: 0 });
  /** How many members of each have no place, `unknown` where that must be found out. */
  readonly #counts = new GrowingArray(newInt32s, { length: 0 });
  /** Where the object of each ends in the text. */
  readonly #ends = new GrowingArray(newInt32s, { length: 0 });
  #text = new GrowingArray(newBytes, { length: 0 });
  #lastIndex = -1;

  get length(): number {
    return this.#indexes.length;
  }

  /** Adds a value of which it must be found out which members have no place. */
  add(index: number): void {
    this.#add(index, unknown);
  }

  /** Adds values with their members that have no place. */
  addObjects({ indexes, counts, bytes, ends }: LeftOutObjects): void {
    const before = this.#text.length;
    this.#text.append(bytes);
    const [index = -1] = indexes;
    // one that was noted before its members were known
    const first = index === this.#lastIndex ? 1 : 0;
    if (first === 1) this.#add(index, unknown, before + (ends[0] ?? 0));
    this.#indexes.append(indexes.subarray(first));
    this.#counts.append(counts.subarray(first));
    this.#ends.append(shifted(ends.subarray(first), before));
    this.#lastIndex = indexes.at(-1) ?? this.#lastIndex;
  }

  /** Lets the members of all values so far be found out: the type has got a place for some. */
  forgetMembers(): void {
    this.#counts.finish().fill(unknown);
  }

  /** Gives the index of the value that was added as such a one. */
  indexAt(at: number): number {
    return this.#indexes.finish()[at] ?? 0;
  }

  /** Gives the objects of values from `first` on, up to one whose members must be found out; none when those of the first one must. */
  objectsFrom(first: number, end: number): LeftOutObjects {
    const counts = this.#counts.finish();
    let last = first;
    while (last < end && counts[last] !== unknown) last++;
    const start = first === 0 ? 0 : (this.#ends.finish()[first - 1] ?? 0);
    const ends = this.#ends.finish().slice(first, last);
    return {
      indexes: this.#indexes.finish().slice(first, last),
      counts: counts.slice(first, last),
      bytes: this.#text.finish().subarray(start, ends.at(-1) ?? start),
      ends: ends.map((at) => at - start),
    };
  }

  /** Gives the same values by their positions in `indexes`, which has them in the same order; the text of their members is that of these. */
  movedTo(indexes: Int32Array): PartialValues {
    const moved = new PartialValues();
    const own = this.#indexes.finish();
    let next = 0;
    for (let at = 0; at < indexes.length && next < own.length; at++)
      if (indexes[at] === own[next]) {
        moved.#indexes.push(at);
        moved.#lastIndex = at;
        next++;
      }
    moved.#counts.append(this.#counts.finish());
    moved.#ends.append(this.#ends.finish());
    moved.#text = this.#text;
    return moved;
  }

  #add(index: number, count: number, end = this.#text.length): void {
    // one that was noted before its members were known
    if (index === this.#lastIndex) {
      const last = this.#indexes.length - 1;
      this.#counts.finish()[last] = unknown;
      this.#ends.finish()[last] = end;
      return;
    }
    this.#lastIndex = index;
    this.#indexes.push(index);
    this.#counts.push(count);
    this.#ends.push(end);
  }
}

function shifted(numbers: Int32Array, by: number): Int32Array {
  const to = new Int32Array(numbers.length);
  for (let at = 0; at < numbers.length; at++) to[at] = (numbers[at] ?? 0) + by;
  return to;
}
