import type { LeafStatistics, ParquetReader } from '../../ports/parquet.ts';
import { parseObjectName, type ObjectName } from '../../ledger/keys/object-keys.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/lake.ts';
import { objectSource } from '../../ports/parquet.ts';
import { coordinateColumns, offsetsInFile } from './file-offsets.ts';

/** What a claim tells of one of its objects. */
export interface ExpectedObject {
  /** Its rows have the columns `kafka_partition` and `kafka_offset`. */
  readonly hasCoordinates: boolean;
  /** The number of rows that the claim has planned; left out where that is not known. */
  readonly rowsMax?: number;
}

const topicColumn = 'kafka_topic';

/**
 * Counts the rows of a file that are of the topic, Kafka partition and offsets that its key names; `undefined` for another file. One of a table without
 * the Kafka columns says nothing of this: only the number of its rows is compared. Rejects with OBJECT_UNREADABLE for bytes that are no Parquet file.
 */
export async function rowsOfItsKey(
  file: Pick<ObjectInfo, 'key' | 'size'>,
  { hasCoordinates, rowsMax }: ExpectedObject,
  lake: { readonly store: ObjectStore; readonly parquet: ParquetReader },
): Promise<number | undefined> {
  const name = parseObjectName(file.key);
  if (name === undefined) return undefined;
  const { rowCount, leaves } = await lake.parquet.statistics(objectSource(lake.store, file));
  if (rowsMax !== undefined && rowCount > rowsMax) return undefined;
  if (!hasCoordinates || rowCount === 0) return rowCount;
  return (await areOfRange(file, { name, leaves }, lake)) ? rowCount : undefined;
}

/** Tells by the footer's bounds, or where it has none by the rows, whether all of them are of the range. */
async function areOfRange(
  file: Pick<ObjectInfo, 'key' | 'size'>,
  { name, leaves }: { readonly name: ObjectName; readonly leaves: readonly LeafStatistics[] },
  lake: { readonly store: ObjectStore; readonly parquet: ParquetReader },
): Promise<boolean> {
  const leafOf = (column: string) => leaves.find(({ path }) => path.length === 1 && path[0] === column);
  const [partitions, offsets] = coordinateColumns.map(leafOf);
  if (partitions === undefined || offsets === undefined) return false;
  if (!mayBeOfTopic(leafOf(topicColumn), name.topic)) return false;
  const [ofPartition, ofOffset] = [integersOf(partitions), integersOf(offsets)];
  if (ofPartition !== undefined && ofOffset !== undefined) {
    const partition = BigInt(name.partition);
    return (
      ofPartition.min === partition &&
      ofPartition.max === partition &&
      ofOffset.min >= name.from &&
      ofOffset.max < name.to
    );
  }
  const found = await offsetsInFile(file, lake);
  const own = found?.get(name.partition);
  return found?.size === 1 && own !== undefined && own.from >= name.from && own.to <= name.to;
}

/** False where the bounds of the column leave no room for the topic. */
function mayBeOfTopic(leaf: LeafStatistics | undefined, topic: string): boolean {
  const { min, max } = leaf?.bounds ?? {};
  if (typeof min !== 'string' || typeof max !== 'string') return true;
  return min <= topic && topic <= max;
}

function integersOf({ bounds }: LeafStatistics): { readonly min: bigint; readonly max: bigint } | undefined {
  if (bounds === undefined) return undefined;
  const [min, max] = [bounds.min, bounds.max].map((bound) =>
    typeof bound === 'bigint' ? bound : typeof bound === 'number' ? BigInt(bound) : undefined,
  );
  return min === undefined || max === undefined ? undefined : { min, max };
}
