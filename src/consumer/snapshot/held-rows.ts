import type { LoadedTable } from '../../iceberg/iceberg-catalog.ts';
import { mayDelete, type LiveFiles } from '../../iceberg/manifests/live-files.ts';
import { TableFiles } from '../../iceberg/manifests/table-files.ts';
import { identityValues } from '../../iceberg/metadata/partition-fields.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { HeldRows, ReplacedRange } from '../commit/tools/publication.ts';
import { objectSource } from '../ports/parquet.ts';
import { coordinateColumns } from '../table/objects/file-offsets.ts';
import type { TopicTable } from '../table/dead-letters/topic-tables.ts';
import { namesOneOf } from './range-files.ts';
import type { SnapshotTools } from './snapshot-tools.ts';
import { findUnlistedFiles } from './unlisted-files.ts';

interface HeldFile {
  readonly key: string;
  readonly bytes: number;
  readonly partition: readonly string[];
  /** Its name says that it is of the range. */
  readonly isOwn: boolean;
}

/**
 * Finds the rows that a table with Kafka columns has of a range, file by file: each file that may hold one is read, its own only if `readsOwn`. Rejects with TABLE_MISMATCH where rows
 * of such a file may be deleted, or can't be told from others, with OBJECT_UNREADABLE, and with STORE_MISSING.
 */
export async function findHeldRows(
  table: LoadedTable,
  {
    range,
    kind,
    readsOwn,
  }: { readonly range: ReplacedRange; readonly kind: TopicTable['kind']; readonly readsOwn: boolean },
  live: LiveFiles,
  tools: SnapshotTools,
): Promise<HeldRows[]> {
  const others = findUnlistedFiles(table, live, [range], tools).map((file): HeldFile => ({ ...file, isOwn: false }));
  const held: HeldRows[] = [];
  for (const { key, bytes, partition, isOwn } of [...ownFiles(table, range, live, tools), ...others]) {
    const offsets = isOwn && !readsOwn ? [] : await readOffsets({ key, bytes }, range, tools);
    if (isOwn || offsets.length > 0) held.push({ kind, key, partition, isOwn, offsets });
  }
  return held;
}

function ownFiles(table: LoadedTable, range: ReplacedRange, live: LiveFiles, { store }: SnapshotTools): HeldFile[] {
  const isNamedSo = namesOneOf([range]);
  const files = new TableFiles(store);
  return live.data.flatMap((data) => {
    const { file, specId } = data;
    if (!isNamedSo(file.file_path)) return [];
    const partition = identityValues(file, specId, table.metadata);
    if (partition === undefined || live.deletes.some((deletes) => mayDelete(deletes, data)))
      throw changed(table.name, file.file_path);
    return [{ key: files.keyOf(file.file_path), bytes: file.file_size_in_bytes, partition, isOwn: true }];
  });
}

async function readOffsets(
  { key, bytes: size }: Pick<HeldFile, 'key' | 'bytes'>,
  { partition, from, to }: ReplacedRange,
  { store, parquet }: SnapshotTools,
): Promise<bigint[]> {
  const found: bigint[] = [];
  const source = objectSource(store, { key, size });
  // rows of others have no coordinates
  for await (const [partitions = [], offsets = []] of parquet.optionalIntegerChunks(source, coordinateColumns))
    for (const [row, offset] of offsets.entries()) {
      const isWithin = offset !== undefined && offset >= from && offset < to;
      if (isWithin && Number(partitions[row]) === partition) found.push(offset);
    }
  return found;
}

function changed(table: string, uri: string): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `rows of ${uri} of the table ${table} may be deleted by files of deletes, or it was written for other partitions than the table has`,
    retryable: false,
    details: { table, uri },
    hint: 'let the engine that did it write its files anew (OPTIMIZE), then run this again',
  });
}
