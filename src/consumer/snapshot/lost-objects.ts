import { mapConcurrently } from '../../runtime/concurrency.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { isExpired, readExpiry } from '../ledger/expired-days.ts';
import type { CommittedEntry, WrittenObject } from '../ledger/ledger-entry.ts';
import type { SnapshotTarget, SnapshotTools } from './snapshot-tools.ts';
import type { TablePositions } from './table-positions.ts';

/** Objects of entries that no snapshot has taken in, and that are not there any more. */
export interface LostObjects {
  /** Those of expired days: nobody misses them. */
  readonly expired: ReadonlySet<string>;
  /** Where the first entry begins that can't be taken in, by partition. */
  readonly until: TablePositions;
  /** Says what is lost; left out where nothing is that anybody misses. */
  readonly error?: PipelineError;
}

export const nothingLost: LostObjects = { expired: new Set(), until: new Map() };

const looksMax = 16;

/** Looks for objects of the entries that are gone, beside those that are known; `undefined` where there is none. */
export async function findLost(
  entries: readonly CommittedEntry[],
  { target: { kind, name }, lost: known }: { readonly target: SnapshotTarget; readonly lost: LostObjects },
  { store, table }: Pick<SnapshotTools, 'store' | 'table'>,
): Promise<LostObjects | undefined> {
  const listed = entries.flatMap((entry) =>
    entry.outcome.objects.flatMap((object) =>
      object.kind === kind && !known.expired.has(object.key) ? [{ entry, object }] : [],
    ),
  );
  const looks = await mapConcurrently(listed, looksMax, async (each) => {
    return (await store.head(each.object.key)) === undefined ? [each] : [];
  });
  const gone = looks.flat();
  if (gone.length === 0) return undefined;
  const before = await readExpiry(store, table);
  const isOfExpiredDay = ({ object }: Listed): boolean => isExpired(object.partition, before);
  const missed = gone.filter((each) => !isOfExpiredDay(each));
  const expired = new Set(gone.filter(isOfExpiredDay).map(({ object }) => object.key));
  const [first] = missed;
  if (first === undefined) return { expired, until: new Map() };
  return { expired, until: firstOffsets(missed), error: lost(name, first, missed.length) };
}

interface Listed {
  readonly entry: CommittedEntry;
  readonly object: WrittenObject;
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

function lost(name: string, { entry, object: { key } }: Listed, count: number): PipelineError {
  const { topic, partition, from, to } = entry;
  const others = count > 1 ? `, nor ${count - 1} more that ${count > 2 ? 'are' : 'is'} to be added with it` : '';
  return new PipelineError('OBJECT_MISSING', {
    message: `${key} is not there${others}: the ledger lists it for offsets [${from}, ${to}) of ${topic}/${partition}, which no snapshot of ${name} has taken in`,
    retryable: false,
    details: { table: name, key, topic, partition, from: from.toString(), to: to.toString() },
    hint: `restore it from an older version of the object; or write the range again while Kafka holds it: \`glueless replay --partition ${partition} --from-offset ${from} --to-offset ${to}\` (\`glueless verify\` names all such ranges). Where both can't be, the table's position of ${topic}/${partition} in glueless.positions can be set to ${to}: the range's rows stay missing then`,
  });
}
