import type { WrittenEntry, WrittenObject } from '../ledger/entry/ledger-entry.ts';
import type { ObjectInfo, TableFormat } from '../ports/lake.ts';
import type { PartitionSummary } from './ledger/partition-summary.ts';
import type { ObjectIndex } from './objects/object-index.ts';
import type { Repair } from './findings/repair.ts';

/** Objects of merged partitions whose rows no query sees before upkeep has copied them. */
export interface Waiting {
  readonly partitions: number;
  readonly objects: number;
  readonly rows: number;
}

/** What a table's format adds to the report. */
export interface FormatReport {
  /** What can be mended in the catalog. */
  readonly repairs: readonly Repair[];
  /** Files in the folders of Iceberg tables that no snapshot names: commits that did not take place leave them. */
  readonly unnamed?: readonly string[];
  /** Objects of merged partitions of a Hive table that wait for upkeep. */
  readonly waiting?: Waiting;
}

/**
 * The part of the audit that a table's format decides: which objects readers see, and by what. It is told of entries and of objects as ledger and
 * listing are read, in the order of these methods, and adds findings of its own.
 */
export interface FormatAudit {
  readonly format: TableFormat;
  /** Remembers what the entry has written. */
  take(entry: WrittenEntry): void;
  /** False for an object that need not be there any more. */
  isNeeded(object: WrittenObject): boolean;
  /** True for one whose rows readers find in another file: whatever is wrong with it does not matter any more. */
  hasRowsElsewhere(object: WrittenObject): Promise<boolean>;
  /** Tells of an object of the listing whether it is fine though no entry lists it. */
  isKnown(info: ObjectInfo): boolean;
  /** Takes an object that nobody can ever list, where readers see only what tables name; left out: its rows count twice. */
  onUnseen?(key: string): void;
  /** Confirms objects that the listing has not shown, by files that have their rows. */
  confirm(index: ObjectIndex): Promise<void>;
  /** Audits the catalog, once everything else is read. */
  end(partitions: readonly PartitionSummary[]): Promise<FormatReport>;
}
