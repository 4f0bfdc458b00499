import { PipelineError } from '../../../runtime/errors.ts';
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

/** Gives the offsets of a file's rows by Kafka partition, read row by row; `undefined` when the file can’t be read. */
export async function offsetsInFile(
  file: Pick<ObjectInfo, 'key' | 'size'>,
  { store, parquet }: { readonly store: ObjectStore; readonly parquet: ParquetReader },
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

/** Tells whether a file has a row of one of the ranges, read row by row; `undefined` when it can’t be read. */
export async function hasRowsWithin(
  file: Pick<ObjectInfo, 'key' | 'size'>,
  ranges: readonly Pick<OffsetRange, 'partition' | 'from' | 'to'>[],
  { store, parquet }: { readonly store: ObjectStore; readonly parquet: ParquetReader },
): Promise<boolean | undefined> {
  return unlessUnreadable(async () => {
    for await (const [partitions = [], offsets = []] of parquet.integerChunks(
      objectSource(store, file),
      coordinateColumns,
    )) {
      const isWithin = (offset: bigint, row: number): boolean =>
        ranges.some(
          ({ partition, from, to }) => Number(partitions[row]) === partition && offset >= from && offset < to,
        );
      if (offsets.some(isWithin)) return true;
    }
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
  { store, parquet }: { readonly store: ObjectStore; readonly parquet: ParquetReader },
): Promise<bigint[] | undefined> {
  return unlessUnreadable(async () => {
    const source = objectSource(store, file);
    if (!(await tellsOffsets(source, parquet))) return undefined;
    const found: bigint[] = [];
    for await (const [partitions = [], offsets = []] of parquet.integerChunks(source, coordinateColumns)) {
      if (partitions.some((each) => Number(each) !== partition)) return undefined;
      for (const offset of offsets) found.push(offset);
    }
    return found;
  });
}

/** The same of those rows of a file that are of the range, where it may have others, too. */
export async function rowOffsetsWithin(
  file: Pick<ObjectInfo, 'key' | 'size'>,
  range: Pick<OffsetRange, 'partition' | 'from' | 'to'>,
  { store, parquet }: { readonly store: ObjectStore; readonly parquet: ParquetReader },
): Promise<bigint[] | undefined> {
  return unlessUnreadable(async () => {
    const source = objectSource(store, file);
    if (!(await tellsOffsets(source, parquet))) return undefined;
    const found: bigint[] = [];
    for await (const [partitions = [], offsets = []] of parquet.integerChunks(source, coordinateColumns))
      for (const [row, offset] of offsets.entries())
        if (Number(partitions[row]) === range.partition && offset >= range.from && offset < range.to)
          found.push(offset);
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
    if (error instanceof PipelineError && error.code === 'OBJECT_UNREADABLE') return undefined;
    throw error;
  }
}
