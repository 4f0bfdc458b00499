import type { Coordinates } from './record-audit.ts';
import { SeenRecords } from './seen-records.ts';

/**
 * The rows of one object by their Kafka coordinates, and which of them other objects have too. Memory grows with the rows of that object alone, however
 * many the others have. Rows that are numbered within their offset are never those of a file without numbers.
 */
export class CoveredRows {
  readonly #own = new Map<string, SeenRecords>();
  readonly #covered = new Map<string, SeenRecords>();

  /** Adds rows of the object. */
  add(coordinates: Coordinates): void {
    const { offsets, indexes } = coordinates;
    for (const [row, offset] of offsets.entries())
      recordsOf(this.#own, kindOf(coordinates, row)).add(offset, indexes?.[row] ?? 0n);
  }

  /** Takes in rows of another object. */
  cover(coordinates: Coordinates): void {
    const { offsets, indexes } = coordinates;
    for (const [row, offset] of offsets.entries()) {
      const kind = kindOf(coordinates, row);
      const index = indexes?.[row] ?? 0n;
      if (this.#own.get(kind)?.has(offset, index) === true) recordsOf(this.#covered, kind).add(offset, index);
    }
  }

  /** Each row of the object is in another one. */
  get areAll(): boolean {
    return [...this.#own].every(([kind, { count }]) => this.#covered.get(kind)?.count === count);
  }
}

function kindOf({ partitions, indexes }: Coordinates, row: number): string {
  return `${partitions[row]}${indexes === undefined ? '' : ' numbered'}`;
}

function recordsOf(records: Map<string, SeenRecords>, kind: string): SeenRecords {
  const found = records.get(kind) ?? new SeenRecords();
  records.set(kind, found);
  return found;
}
