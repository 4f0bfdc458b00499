import type { Draw } from '../kinds/draw.ts';
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

/** A number with one decimal for every even position, for the others one of 50 strings. */
export function valueAt(position: number, draw: Draw): number | string {
  return position % 2 === 0 ? 10 + draw.whole(900) / 10 : `s${10 + draw.whole(50)}`;
}
