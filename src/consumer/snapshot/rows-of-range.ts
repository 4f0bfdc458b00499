import type { LoadedTable } from '../../iceberg/iceberg-catalog.ts';
import type { LiveFiles } from '../../iceberg/manifests/live-files.ts';
import type { ReplacedRange } from '../commit/tools/publication.ts';
import { objectSource } from '../ports/parquet.ts';
import { coordinateColumns, offsetsWithin } from '../table/objects/file-offsets.ts';
import { namesOneOf } from './range-files.ts';
import type { SnapshotTools } from './snapshot-tools.ts';
import { findUnlistedFiles, type UnlistedFile } from './unlisted-files.ts';

/**
 * Counts the rows that a table has of a range: in files that are named for it, and in those that merges or other engines have made of such, which are
 * read. Rejects with TABLE_MISMATCH where one of these can't be told from others, and with OBJECT_UNREADABLE.
 */
export async function countRows(
  table: LoadedTable,
  range: ReplacedRange,
  live: LiveFiles,
  tools: SnapshotTools,
): Promise<number> {
  const isNamedSo = namesOneOf([range]);
  let rows = 0;
  for (const { file } of live.data) if (isNamedSo(file.file_path)) rows += file.record_count;
  for (const file of findUnlistedFiles(table, live, [range], tools)) rows += await countIn(file, range, tools);
  return rows;
}

async function countIn(
  { key, bytes }: UnlistedFile,
  range: ReplacedRange,
  { store, parquet }: SnapshotTools,
): Promise<number> {
  let rows = 0;
  const source = objectSource(store, { key, size: bytes });
  for await (const chunk of parquet.integerChunks(source, coordinateColumns))
    rows += offsetsWithin(range, chunk).length;
  return rows;
}
