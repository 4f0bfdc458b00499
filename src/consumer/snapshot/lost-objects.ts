import { mapConcurrently, readsAtOnce } from '../../runtime/concurrency.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { isExpired, readExpiry } from '../ledger/notes/expired-days.ts';
import type { CommittedEntry, WrittenObject } from '../ledger/entry/ledger-entry.ts';
import { objectSource } from '../ports/parquet.ts';
import { isDamage } from './damaged-files.ts';
import type { SnapshotTools } from './snapshot-tools.ts';
import type { TopicTable } from '../table/dead-letters/topic-tables.ts';
import type { TablePositions } from './table-positions.ts';

/** Objects of entries that no snapshot has taken in, and that are not there any more, or damaged. */
export interface LostObjects {
  /** Those of expired days: nobody misses them. */
  readonly expired: ReadonlySet<string>;
  /** Where the first entry begins that can't be taken in, by partition. */
  readonly until: TablePositions;
  /** Says what is lost; left out where nothing is that anybody misses. */
  readonly error?: PipelineError;
}

export const nothingLost: LostObjects = { expired: new Set(), until: new Map() };

/** Looks for objects of the entries that are gone or damaged, beside those that are known; `undefined` where there is none. */
export async function findLost(
  entries: readonly CommittedEntry[],
  { target: { kind, name }, lost: known }: { readonly target: TopicTable; readonly lost: LostObjects },
  { store, parquet, table }: Pick<SnapshotTools, 'store' | 'parquet' | 'table'>,
): Promise<LostObjects | undefined> {
  const listed = entries.flatMap((entry) =>
    entry.outcome.objects.flatMap((object) =>
      object.kind === kind && !known.expired.has(object.key) ? [{ entry, object }] : [],
    ),
  );
  const looks = await mapConcurrently(listed, readsAtOnce, async (each): Promise<Lost[]> => {
    const { key, bytes: size } = each.object;
    try {
      await parquet.statistics(objectSource(store, { key, size }));
      return [];
    } catch (error) {
      if (!isDamage(error)) throw error;
      return [{ ...each, isThere: error.code === 'OBJECT_UNREADABLE' }];
    }
  });
  const found = looks.flat();
  if (found.length === 0) return undefined;
  const before = await readExpiry(store, table);
  const isOfExpiredDay = ({ object }: Listed): boolean => isExpired(object.partition, before);
  const missed = found.filter((each) => !isOfExpiredDay(each));
  const expired = new Set(found.filter(isOfExpiredDay).map(({ object }) => object.key));
  const [first] = missed;
  if (first === undefined) return { expired, until: new Map() };
  return { expired, until: firstOffsets(missed), error: lost(name, first, missed.length) };
}

interface Listed {
  readonly entry: CommittedEntry;
  readonly object: WrittenObject;
}

interface Lost extends Listed {
  readonly isThere: boolean;
}

/** The entries of a partition come in their order. */
function firstOffsets(missed: readonly Listed[]): TablePositions {
  return new Map(missed.toReversed().map(({ entry }) => [entry.partition, entry.from]));
}

/** Both together. */
export function withLost(before: LostObjects, found: LostObjects): LostObjects {
  return {
    ...before,
    ...found,
    expired: before.expired.union(found.expired),
    until: new Map([...before.until, ...found.until]),
  };
}

function lost(name: string, { entry, object: { key }, isThere }: Lost, count: number): PipelineError {
  const { topic, partition, from, to } = entry;
  const verb = count > 2 ? 'are' : 'is';
  const others = count > 1 ? `, and ${count - 1} more that ${verb} to be added with it ${verb} gone or damaged` : '';
  return new PipelineError(isThere ? 'OBJECT_UNREADABLE' : 'OBJECT_MISSING', {
    message: `${key} is ${isThere ? 'damaged' : 'not there'}${others}: the ledger lists it for offsets [${from}, ${to}) of ${topic}/${partition}, which no snapshot of ${name} has taken in`,
    retryable: false,
    details: { table: name, key, topic, partition, from: from.toString(), to: to.toString() },
    hint: `restore it from an older version of the object; or write the range again while Kafka holds it: \`glueless replay --partition ${partition} --from-offset ${from} --to-offset ${to}\` (\`glueless verify\` names all such ranges). Where both can't be, the table's position of ${topic}/${partition} in glueless.positions can be set to ${to}: the range's rows stay missing then`,
  });
}
