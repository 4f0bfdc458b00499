/** Where a value comes among those of parsed records: behind the values of earlier rows, and in its row by its rank. */
export interface EntryOrder {
  readonly row: number;
  readonly rank: number;
}

/** Comes behind all values. */
export const behindAll: EntryOrder = { row: Infinity, rank: 0 };

/** Ranks of keys that are no integers begin here: all integers that JavaScript puts before other keys are below. */
const otherKeys = 2 ** 32;

/** Ranks the values of a row: keys that are integers (`keyIndex`, -1 for others) come before others, which come as they stand in the record. */
export function rankOf(keyIndex: number, address: number): number {
  return keyIndex >= 0 ? keyIndex : otherKeys + address;
}

/** Compares two values as `sort` asks for it. */
export function compareOrder(one: EntryOrder, other: EntryOrder): number {
  return one.row - other.row || one.rank - other.rank;
}
