import type { SpareBytes } from '../../runtime/packed-bytes.ts';
import type { LeafType } from '../../schema/types/column-type.ts';
import type { StringDictionary } from './string-dictionary.ts';

/**
 * Arrays or structs shredded into the leaves of their type, in its order: what JSON values say, as Parquet has it.
 * Source: https://parquet.apache.org/docs/file-format/nestedencoding/
 */
export interface ValueLeaves {
  readonly leaves: readonly ValueLeaf[];
  /** Values in `leaves`. */
  readonly count: number;
  /** Index among the values in `leaves` of each value of the column, -2 for an empty array; left out when they are the same. */
  readonly indexes?: Int32Array;
}

/** Levels of a leaf by entry. */
export interface LeafLevels {
  readonly definitions: Uint8Array;
  /** 0 where a value of the column begins; left out when each has one entry. */
  readonly repetitions?: Uint8Array;
}

/** The entries of one leaf: one for each value, or for each element of the arrays around it. */
export interface ValueLeaf {
  /** Names of the types around it, as a Parquet file has them, from the column's on. */
  readonly path: readonly string[];
  readonly type: LeafType;
  /** Definition level of an entry that has a value. */
  readonly definitionMax: number;
  readonly repetitionMax: number;
  /** The same for leaves whose repetition levels are the same; left out when a value has one entry. */
  readonly repetitionGroup?: object;
  /**
   * Gives the levels. There is a byte for each entry of each leaf: many are made anew by each call, in the room where one is given, whose levels of the call
   * before are not valid any more.
   */
  readonly levels: (definitions?: SpareBytes, repetitions?: SpareBytes) => LeafLevels;
  readonly values:
    | { readonly kind: 'numbers'; readonly numbers: Float64Array }
    /** Integers, some of which no double holds. */
    | { readonly kind: 'longs'; readonly longs: BigInt64Array }
    | { readonly kind: 'strings'; readonly ids: Int32Array; readonly dictionary: StringDictionary };
}
