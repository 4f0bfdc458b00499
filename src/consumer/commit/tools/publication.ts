import type { Outcome, WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { ObjectRange } from '../../ledger/keys/object-keys.ts';
import type { OffsetRange } from '../../ports/topic.ts';

/** A range whose objects are replaced, at the generation of who replaces them. */
export type ReplacedRange = Pick<ObjectRange, 'topic' | 'partition' | 'from' | 'to' | 'generation'>;

export interface ReplacedObjects {
  /** What the range's entry lists. */
  readonly before: readonly WrittenObject[];
  /** The generation of these. */
  readonly generation: number;
  /** A replacement has begun before and did not end: the tables may hold what it has put. */
  readonly isUnfinished: boolean;
  readonly after: readonly WrittenObject[];
}

/** What takes the place of a range's objects. */
export interface ReplacedBatch {
  readonly range: ReplacedRange;
  readonly objects: ReplacedObjects;
}

/** What is to be done with a range besides. */
export interface CheckedPlan {
  /** Objects that are to stay. */
  readonly keeps: readonly WrittenObject[];
  /** All ranges that are to be replaced by the same change; left out where it is the only one. */
  readonly together?: readonly OffsetRange[] | undefined;
}

/** Rows of a range, and its dead letters. */
export type RangeCounts = Pick<Outcome, 'rows' | 'deadLetters'>;

/** What one file of a table has of a range. */
export interface HeldRows {
  readonly kind: WrittenObject['kind'];
  readonly key: string;
  /** Values of the partition keys that the file lies in. */
  readonly partition: readonly string[];
  /** The file's name says that it was written for the range. */
  readonly isOwn: boolean;
  /** The Kafka offset of each row; none of an own file that was not read. */
  readonly offsets: readonly bigint[];
}

export interface FoundKinds {
  readonly kinds: ReadonlySet<HeldRows['kind']>;
  /** False: files whose names say that they are of the range, one of which may be gone, are not read. */
  readonly readsOwn: boolean;
}

/** What tables must be told when objects replace others, where readers see only what the tables list. */
export interface Publication {
  /** Counts what the tables have of the range, in whatever files. Rejects as `check` does. */
  count(range: ReplacedRange): Promise<RangeCounts>;
  /**
   * Finds rows of these kinds that the tables' current snapshots have of the range, in whatever files; `undefined` where a table has not taken in all of the
   * range, or its rows don't say where in Kafka they were. Rejects as `check` does.
   */
  find(range: ReplacedRange, wanted: FoundKinds): Promise<readonly HeldRows[] | undefined>;
  /** Rejects with TABLE_MISMATCH when the tables' rows of the range can't be exchanged, and with OBJECT_UNREADABLE or STORE_MISSING for a damaged file of which rows are needed. */
  check(range: ReplacedRange, objects: Omit<ReplacedObjects, 'after'>, plan: CheckedPlan): Promise<void>;
  /** Tells whether all rows of the range that the tables have are in the files that were written: nobody has merged, rewritten or deleted any. */
  isAsWritten(range: ReplacedRange, objects: Omit<ReplacedObjects, 'after'>): Promise<boolean>;
  /**
   * Lets the tables hold these objects of the ranges and no others, by one change of each table. Rejects as `check` does, and with
   * LEDGER_CONTENDED when they hold those of a higher generation.
   */
  replace(batches: readonly ReplacedBatch[]): Promise<void>;
}
