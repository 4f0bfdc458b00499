/** What upkeep of a table is to do. */
export interface Upkeep {
  /** Small files are merged into files of about this size. */
  readonly targetBytes: number;
  /** Files of partitions that ended before are merged. */
  readonly closedBeforeMs: number;
  /** Partitions of days before this one are removed; none when left out. */
  readonly expiredBefore: string | undefined;
  /** Files that the table does not name are deleted when they were written before. */
  readonly orphansBeforeMs: number;
  /** Nothing is changed: it only says what would be. */
  readonly isDryRun: boolean;
  /** Ends it between two changes. */
  readonly signal?: AbortSignal | undefined;
}

/** What upkeep has done, or would do. */
export type UpkeepEvent = { readonly table: string } & (
  | {
      readonly kind: 'merged';
      readonly partition: readonly string[];
      readonly files: number;
      readonly bytes: number;
      readonly rows: number;
      /** Bytes of the one file that holds the rows now; left out where it was not written. */
      readonly mergedBytes?: number;
    }
  | {
      /** Files are being merged for long, and it goes on: of all steps of these so many are done. */
      readonly kind: 'merging';
      readonly partition: readonly string[];
      readonly files: number;
      readonly done: number;
      readonly all: number;
    }
  | {
      readonly kind: 'left-alone';
      readonly partition?: readonly string[];
      readonly files: number;
      readonly why: string;
    }
  | {
      readonly kind: 'partitions-removed';
      readonly partitions: number;
      readonly files: number;
      readonly rows: number;
      readonly before: string;
    }
  | {
      /** The merged files of a partition have become what the ledger lists by now. */
      readonly kind: 'caught-up';
      readonly partition: readonly string[];
      /** Files of late or replayed rows that were taken in. */
      readonly added: number;
      /** Files whose rows were left out, since a replay has replaced them. */
      readonly replaced: number;
    }
  /** The catalog had another location of a merged partition than its own. */
  | { readonly kind: 'placed'; readonly partition: readonly string[]; readonly location: string }
  | { readonly kind: 'not-merged'; readonly why: string }
  /** Files were deleted whose rows have been in merged ones for long. */
  | { readonly kind: 'sources-deleted'; readonly files: number; readonly bytes: number }
  | { readonly kind: 'snapshots-expired'; readonly snapshots: number }
  | { readonly kind: 'manifests-merged'; readonly manifests: number }
  /** Orphans of an Iceberg table, or leftovers of a Hive table, were deleted. */
  | { readonly kind: 'orphans-deleted'; readonly files: number; readonly bytes: number }
  /** Files were deleted that killed processes had begun to write: they are of the whole lake. */
  | { readonly kind: 'uploads-deleted'; readonly files: number; readonly bytes: number }
);

export type UpkeepObserver = (event: UpkeepEvent) => void;
