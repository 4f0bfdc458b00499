import type { RecordKind } from '../kinds/kind.ts';

/** Records in which one thing grows and all else stays alike. */
export interface Series {
  /** What grows: `fields`. */
  readonly name: string;
  readonly about: string;
  /** How much there is of it, from the least to the most. */
  readonly sizes: readonly number[];
  readonly kindAt: (size: number) => RecordKind;
}

/** Bytes of JSON of each size, about. */
export const seriesBytes = 60_000_000;
