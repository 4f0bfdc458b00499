import type { WrittenEntry } from '../ledger/ledger-entry.ts';
import { aboutRange, type Finding, type Problem } from './finding.ts';

/** Kafka coordinates of the rows of an object. */
export interface Coordinates {
  readonly partitions: readonly bigint[];
  readonly offsets: readonly bigint[];
  /** Which of the rows of its offset a row is, where a value may hold several. */
  readonly indexes?: readonly bigint[] | undefined;
}

/**
 * Checks that every record of an entry is there once, and none of another range; the coordinates are those of all its objects but of such with
 * `goneRows` rows, which need not be there.
 */
export function auditRecords(entry: WrittenEntry, objects: readonly Coordinates[], goneRows = 0): Finding[] {
  const { from, to } = entry;
  const partition = BigInt(entry.partition);
  const seen = new Set<bigint | string>();
  let doubled = 0;
  let misplaced = 0;
  for (const { partitions, offsets, indexes } of objects) {
    for (const [row, offset] of offsets.entries()) {
      const index = indexes?.[row] ?? 0n;
      const id = index === 0n ? offset : `${offset} ${index}`;
      if (partitions[row] !== partition || offset < from || offset >= to) misplaced++;
      else if (seen.has(id)) doubled++;
      else seen.add(id);
    }
  }
  const expected = entry.outcome.rows + entry.outcome.deadLetters - goneRows;
  const of = (problem: Problem, count: number, what: string): Finding[] =>
    count === 0 ? [] : [aboutRange(entry, { problem, what: `${count} ${what}` })];
  return [
    ...of('record-doubled', doubled, 'records are there more than once'),
    ...of('record-misplaced', misplaced, 'records belong to another range or partition'),
    ...of('record-missing', Math.max(0, expected - seen.size), 'records are missing'),
    ...of('record-doubled', Math.max(0, seen.size - expected), 'records are there that the entry does not count'),
  ];
}
