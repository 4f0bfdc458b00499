import { PipelineError } from '../../runtime/errors.ts';
import type { ObjectInfo, ObjectStore } from '../ports/lake.ts';
import type { ParquetReader } from '../ports/parquet.ts';

/** Offsets of one Kafka partition in a file, from the first to behind the last. */
export interface FileOffsets {
  from: bigint;
  to: bigint;
}

const coordinates = ['kafka_partition', 'kafka_offset'];

/** Gives the offsets of a file's rows by Kafka partition, read row by row; `undefined` when the file can’t be read. */
export async function offsetsInFile(
  { key, size }: Pick<ObjectInfo, 'key' | 'size'>,
  { store, parquet }: { readonly store: ObjectStore; readonly parquet: ParquetReader },
): Promise<Map<number, FileOffsets> | undefined> {
  const found = new Map<number, FileOffsets>();
  const source = { size, read: (start: number, end: number) => store.getRange(key, start, end) };
  try {
    for await (const [partitions = [], offsets = []] of parquet.integerChunks(source, coordinates))
      for (const [row, offset] of offsets.entries()) {
        const partition = Number(partitions[row]);
        const known = found.get(partition) ?? { from: offset, to: offset + 1n };
        if (offset < known.from) known.from = offset;
        if (offset >= known.to) known.to = offset + 1n;
        found.set(partition, known);
      }
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'OBJECT_UNREADABLE') return undefined;
    throw error;
  }
  return found;
}
