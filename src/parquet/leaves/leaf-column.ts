import type { LeafValues } from './leaf-values.ts';
import type { LeafType } from '../../schema/types/column-type.ts';

/** Encoded levels by the first entry of a page and the one behind its last. */
export type LevelPages = Map<string, Uint8Array>;

/**
 * One leaf of the file's schema with its entries: a row has one, or as many as the arrays around the leaf have elements (and one for
 * none). Source: https://parquet.apache.org/docs/file-format/nestedencoding/
 */
export interface LeafColumn {
  readonly path: readonly string[];
  readonly type: LeafType;
  readonly entries: number;
  /** Definition level of an entry that has a value; a lower one says which type around it is missing. */
  readonly definitionMax: number;
  /** Definition levels by entry; left out when all have a value. */
  readonly definitions?: Uint8Array;
  readonly repetitionMax: number;
  /** Repetition levels by entry, 0 where a row begins; left out when every entry is a row. */
  readonly repetitions?: Uint8Array;
  /** Pages of repetition levels that have been written for leaves with the same. */
  readonly repetitionPages?: LevelPages;
  /** Values of the entries that have one. */
  readonly values: LeafValues;
}
