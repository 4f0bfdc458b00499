import type { WrittenEntry } from '../../ledger/entry/ledger-entry.ts';
import { aboutRange, type Finding, type Problem } from '../findings/finding.ts';
import { SeenRecords } from './seen-records.ts';

/** Kafka coordinates of rows of an object. */
export interface Coordinates {
  readonly partitions: readonly bigint[];
  readonly offsets: readonly bigint[];
  /** Which of the rows of its offset a row is, where a value may hold several. */
  readonly indexes?: readonly bigint[] | undefined;
}

/** Checks that every record of an entry is there once, and none of another range. The rows are added object by object. */
export class RecordAudit {
  readonly #entry: WrittenEntry;
  readonly #seen = new SeenRecords();
  #doubled = 0;
  #misplaced = 0;

  constructor(entry: WrittenEntry) {
    this.#entry = entry;
  }

  add({ partitions, offsets, indexes }: Coordinates): void {
    const { from, to } = this.#entry;
    const partition = BigInt(this.#entry.partition);
    for (const [row, offset] of offsets.entries()) {
      if (partitions[row] !== partition || offset < from || offset >= to) this.#misplaced++;
      else if (!this.#seen.add(offset, indexes?.[row] ?? 0n)) this.#doubled++;
    }
  }

  /** Adds what another audit of the same entry has seen of other objects. */
  addAll(other: RecordAudit): void {
    this.#doubled += other.#doubled + this.#seen.addAll(other.#seen);
    this.#misplaced += other.#misplaced;
  }

  /** Gives what is wrong once all objects were added, but for such with `goneRows` rows, which need not be there. */
  findings(goneRows: number): Finding[] {
    const entry = this.#entry;
    const { count } = this.#seen;
    const expected = entry.outcome.rows + entry.outcome.deadLetters - goneRows;
    const of = (problem: Problem, found: number, what: string): Finding[] =>
      found === 0 ? [] : [aboutRange(entry, { problem, what: `${found} ${what}` })];
    return [
      ...of('record-doubled', this.#doubled, 'records are there more than once'),
      ...of('record-misplaced', this.#misplaced, 'records belong to another range or partition'),
      ...of('record-missing', Math.max(0, expected - count), 'records are missing'),
      ...of('record-doubled', Math.max(0, count - expected), 'records are there that the entry does not count'),
    ];
  }
}
