import type { DataFile } from './manifest.ts';
import type { Snapshot } from './table-metadata.ts';

/** Files that a snapshot adds and removes. */
export interface FileChanges {
  readonly added: readonly DataFile[];
  readonly removed: readonly DataFile[];
}

/** Makes a snapshot's summary, with the counts that Spark writes. What the parent's summary lacks has no total. */
export function summaryOf(
  operation: 'append' | 'overwrite' | 'replace' | 'delete',
  { added, removed }: FileChanges,
  parent: Snapshot | undefined,
): Record<string, string> {
  const partitions = new Set([...added, ...removed].map(({ partition }) => JSON.stringify(partition)));
  const counts = {
    ...countsOf(['added-data-files', 'added-records', 'added-files-size'], added),
    ...countsOf(['deleted-data-files', 'deleted-records', 'removed-files-size'], removed),
  };
  return {
    operation,
    ...counts,
    'changed-partition-count': String(partitions.size),
    ...totalsOf({ added, removed }, parent),
  };
}

function countsOf(names: readonly [string, string, string], files: readonly DataFile[]): Record<string, string> {
  if (files.length === 0) return {};
  const [count, records, size] = names;
  return { [count]: String(files.length), [records]: String(recordsOf(files)), [size]: String(sizeOf(files)) };
}

function totalsOf({ added, removed }: FileChanges, parent: Snapshot | undefined): Record<string, string> {
  const changes: Readonly<Record<string, number>> = {
    'total-data-files': added.length - removed.length,
    'total-records': recordsOf(added) - recordsOf(removed),
    'total-files-size': sizeOf(added) - sizeOf(removed),
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

function recordsOf(files: readonly DataFile[]): number {
  return files.reduce((sum, { record_count: records }) => sum + records, 0);
}

function sizeOf(files: readonly DataFile[]): number {
  return files.reduce((sum, { file_size_in_bytes: bytes }) => sum + bytes, 0);
}
