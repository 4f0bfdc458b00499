import { mapConcurrently, readsAtOnce } from '../../../runtime/concurrency.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { isCommitted, isDeletable, isWritten, listsObject, type LedgerEntry } from '../../ledger/entry/ledger-entry.ts';
import { parseObjectName } from '../../ledger/keys/object-keys.ts';
import type { ObjectInfo } from '../../ports/lake.ts';
import { readEntry, unaccounted } from './read-entry.ts';

/** An object of an expired day that is not deleted. */
export interface LeftObject {
  readonly key: string;
  readonly why: string;
}

export interface JudgedObjects {
  readonly deletable: readonly ObjectInfo[];
  /** In the deletable objects that an entry lists. */
  readonly rows: number;
  readonly stays: readonly LeftObject[];
}

/** Tells objects of expired days that may be deleted from those that somebody still works on, or that are not ours. Reads each entry once. */
export async function judgeExpired(
  objects: readonly ObjectInfo[],
  { ledger, table }: { readonly ledger: Ledger; readonly table: string },
): Promise<JudgedObjects> {
  const named = objects.map((info) => ({ info, name: parseObjectName(info.key) }));
  const stays: LeftObject[] = named
    .filter(({ name }) => name === undefined)
    .map(({ info }) => ({ key: info.key, why: unaccounted.notOurs }));
  const ours = named.flatMap(({ info, name }) => (name === undefined ? [] : [{ info, name }]));
  const byEntry = Map.groupBy(ours, ({ name }) => `${name.topic}/${name.partition}/${name.from}`);
  const deletable: ObjectInfo[] = [];
  let rows = 0;
  await mapConcurrently([...byEntry.values()], readsAtOnce, async (group) => {
    const [first] = group;
    if (first === undefined) return;
    const entry = await readEntry(first.name, { ledger, table });
    for (const { info, name } of group) {
      const why = whyItStays(entry, { key: info.key, generation: name.generation });
      if (why !== undefined) stays.push({ key: info.key, why });
      else {
        deletable.push(info);
        rows += rowsIn(entry, info.key);
      }
    }
  });
  return { deletable, stays, rows };
}

function rowsIn(entry: LedgerEntry | 'unreadable' | undefined, key: string): number {
  if (entry === undefined || entry === 'unreadable' || !isWritten(entry)) return 0;
  return entry.outcome.objects.find((object) => object.key === key)?.rows ?? 0;
}

function whyItStays(
  entry: LedgerEntry | 'unreadable' | undefined,
  object: { readonly key: string; readonly generation: number },
): string | undefined {
  if (entry === undefined) return unaccounted.noEntry;
  if (entry === 'unreadable') return unaccounted.unreadable;
  if (isDeletable(entry, object)) return undefined;
  if (isCommitted(entry) && listsObject(entry, object.key)) return undefined;
  return isCommitted(entry) || entry.state === 'gap'
    ? unaccounted.unlisted
    : `they are of a range that is ${entry.state}: they go once that has ended`;
}
