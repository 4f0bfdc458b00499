import { hasCode } from '../../../runtime/errors.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/lake.ts';
import { objectSource, type ParquetReader, type ParquetSource } from '../../ports/parquet.ts';
import type { OffsetRange } from '../../ports/topic.ts';
import { numbersRows } from '../catalog/column-owner.ts';

/** Offsets of one Kafka partition in a file, from the first to behind the last. */
export interface FileOffsets {
  from: bigint;
  to: bigint;
}

/** Columns that say where in Kafka a row was. */
export const coordinateColumns = ['kafka_partition', 'kafka_offset'] as const;

interface FileTools {
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
}

/** Gives the offsets of a file's rows by Kafka partition, read row by row; `undefined` when the file can’t be read. */
export async function offsetsInFile(
  file: Pick<ObjectInfo, 'key' | 'size'>,
  { store, parquet }: FileTools,
): Promise<Map<number, FileOffsets> | undefined> {
  return unlessUnreadable(async () => {
    const found = new Map<number, FileOffsets>();
    for await (const [partitions = [], offsets = []] of parquet.integerChunks(
      objectSource(store, file),
      coordinateColumns,
    ))
      for (const [row, offset] of offsets.entries()) {
        const partition = Number(partitions[row]);
        const known = found.get(partition) ?? { from: offset, to: offset + 1n };
        if (offset < known.from) known.from = offset;
        if (offset >= known.to) known.to = offset + 1n;
        found.set(partition, known);
      }
    return found;
  });
}

/** Offsets of one Kafka partition. */
type Range = Pick<OffsetRange, 'partition' | 'from' | 'to'>;

/** Gives those of a file's offsets, as `coordinateColumns` has them, that are of the range. */
export function offsetsWithin(
  { partition, from, to }: Range,
  [partitions = [], offsets = []]: readonly (readonly bigint[])[],
): bigint[] {
  return offsets.filter((offset, row) => Number(partitions[row]) === partition && offset >= from && offset < to);
}

/** Tells whether a file has a row of one of the ranges, read row by row; `undefined` when it can’t be read. */
export async function hasRowsWithin(
  file: Pick<ObjectInfo, 'key' | 'size'>,
  ranges: readonly Range[],
  { store, parquet }: FileTools,
): Promise<boolean | undefined> {
  return unlessUnreadable(async () => {
    for await (const chunk of parquet.integerChunks(objectSource(store, file), coordinateColumns))
      if (ranges.some((range) => offsetsWithin(range, chunk).length > 0)) return true;
    return false;
  });
}

/**
 * Gives the offset of each row of a file; `undefined` when it can’t be read, lacks the columns, has rows of another Kafka partition, or may have several
 * rows of one record.
 */
export async function rowOffsets(
  file: Pick<ObjectInfo, 'key' | 'size'>,
  partition: number,
  tools: FileTools,
): Promise<bigint[] | undefined> {
  return readOffsets(file, tools, ([partitions = [], offsets = []]) =>
    partitions.some((each) => Number(each) !== partition) ? undefined : offsets,
  );
}

/** The same of those rows of a file that are of the range, where it may have others, too. */
export async function rowOffsetsWithin(
  file: Pick<ObjectInfo, 'key' | 'size'>,
  range: Range,
  tools: FileTools,
): Promise<bigint[] | undefined> {
  return readOffsets(file, tools, (chunk) => offsetsWithin(range, chunk));
}

/** `choose` gives `undefined` for a file that has what it must not have. */
async function readOffsets(
  file: Pick<ObjectInfo, 'key' | 'size'>,
  { store, parquet }: FileTools,
  choose: (chunk: readonly (readonly bigint[])[]) => readonly bigint[] | undefined,
): Promise<bigint[] | undefined> {
  return unlessUnreadable(async () => {
    const source = objectSource(store, file);
    if (!(await tellsOffsets(source, parquet))) return undefined;
    const found: bigint[] = [];
    for await (const chunk of parquet.integerChunks(source, coordinateColumns)) {
      const chosen = choose(chunk);
      if (chosen === undefined) return undefined;
      for (const offset of chosen) found.push(offset);
    }
    return found;
  });
}

async function tellsOffsets(source: ParquetSource, parquet: ParquetReader): Promise<boolean> {
  const columns = await parquet.columns(source);
  const hasAll = coordinateColumns.every((name) => columns.some((column) => column.name === name));
  return hasAll && !numbersRows(columns);
}

async function unlessUnreadable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (hasCode(error, 'OBJECT_UNREADABLE')) return undefined;
    throw error;
  }
}
