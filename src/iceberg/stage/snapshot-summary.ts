import type { DataFile } from '../manifests/manifest.ts';
import { partitionId } from '../metadata/partition-fields.ts';
import type { Snapshot } from '../metadata/table-metadata.ts';

type Counted = Pick<DataFile, 'partition' | 'record_count' | 'file_size_in_bytes'>;

/** Counts files without keeping them. */
export class FileTally {
  files = 0;
  records = 0;
  bytes = 0;
  /** Ids of their partitions. */
  readonly partitions = new Set<string>();

  add({ partition, record_count: records, file_size_in_bytes: bytes }: Counted): void {
    this.files++;
    this.records += records;
    this.bytes += bytes;
    this.partitions.add(partitionId(partition));
  }
}

/** Files that a snapshot adds and removes. */
export interface FileChanges {
  readonly added: FileTally;
  readonly removed: FileTally;
}

/** Makes a snapshot's summary, with the counts that Spark writes. What the parent's summary lacks has no total. */
export function summaryOf(
  operation: 'append' | 'overwrite' | 'replace' | 'delete',
  { added, removed }: FileChanges,
  parent: Snapshot | undefined,
): Record<string, string> {
  return {
    operation,
    ...countsOf(['added-data-files', 'added-records', 'added-files-size'], added),
    ...countsOf(['deleted-data-files', 'deleted-records', 'removed-files-size'], removed),
    'changed-partition-count': String(added.partitions.union(removed.partitions).size),
    ...totalsOf({ added, removed }, parent),
  };
}

function countsOf(
  [count, total, size]: readonly [string, string, string],
  { files, records, bytes }: FileTally,
): Record<string, string> {
  return files === 0 ? {} : { [count]: String(files), [total]: String(records), [size]: String(bytes) };
}

function totalsOf({ added, removed }: FileChanges, parent: Snapshot | undefined): Record<string, string> {
  const changes: Readonly<Record<string, number>> = {
    'total-data-files': added.files - removed.files,
    'total-records': added.records - removed.records,
    'total-files-size': added.bytes - removed.bytes,
    'total-delete-files': 0,
    'total-position-deletes': 0,
    'total-equality-deletes': 0,
  };
  const totals = Object.entries(changes).flatMap(([name, change]): [string, string][] => {
    const before = parent === undefined ? '0' : parent.summary?.[name];
    return before === undefined ? [] : [[name, String(Number(before) + change)]];
  });
  return Object.fromEntries(totals);
}
