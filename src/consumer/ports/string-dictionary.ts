/** The distinct strings of a column as UTF-8 bytes; a string's id is its index. */
export interface StringDictionary {
  readonly count: number;
  readonly bytes: Uint8Array;
  /** Entry `i` is `bytes[starts[i], ends[i])`. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}
