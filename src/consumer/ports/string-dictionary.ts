/** The strings of a column as UTF-8 bytes, each distinct one once where they repeat; a string's id is its index. */
export interface StringDictionary {
  readonly count: number;
  readonly bytes: Uint8Array;
  /** Entry `i` is `bytes[starts[i], ends[i])`. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Ids of the first and the last string in the order of their bytes, where they are known; -1 for no string. */
  readonly range?: { readonly min: number; readonly max: number };
}

/** Compares two strings by their unsigned bytes, which is the order of code points, without a view of either. */
export function compareStrings({ bytes, starts, ends }: StringDictionary, one: number, other: number): number {
  const oneStart = starts[one] ?? 0;
  const otherStart = starts[other] ?? 0;
  const oneLength = (ends[one] ?? 0) - oneStart;
  const otherLength = (ends[other] ?? 0) - otherStart;
  const length = Math.min(oneLength, otherLength);
  for (let at = 0; at < length; at++) {
    const difference = (bytes[oneStart + at] ?? 0) - (bytes[otherStart + at] ?? 0);
    if (difference !== 0) return difference;
  }
  return oneLength - otherLength;
}
