import { mapConcurrently, readsAtOnce } from '../../../runtime/concurrency.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { isWritten, type WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { MergedFile, MergedSource } from '../../ledger/notes/merged-partition.ts';
import { parseObjectName } from '../../ledger/keys/object-keys.ts';
import type { Finding } from '../findings/finding.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';

export interface SourceOptions {
  readonly ledger: Ledger;
  readonly table: string;
  readonly topic: string;
}

/** An object in the old folder of a merged partition whose rows are not in the new one yet. */
export interface WaitingObject {
  readonly path: string;
  readonly key: string;
  readonly rows: number;
  /** When its entry was committed. */
  readonly atMs: number;
}

/** Finds sources of a merged file that no entry lists any more, or with other rows; each entry is read. */
export async function findChangedSources(
  sources: readonly { readonly file: MergedFile; readonly source: MergedSource }[],
  options: SourceOptions,
): Promise<Finding[]> {
  const found = await mapConcurrently(sources, readsAtOnce, async ({ file, source: { key, rows } }) => {
    const listing = await findListing(key, options);
    if (listing === 'open' || rowsOf(listing) === rows) return [];
    const where = file.key;
    if (listing === undefined) {
      const what = `has ${rows} rows of ${key}, whose range no ledger entry describes`;
      return [{ problem: 'merge-outdated' as const, where, what, action: 'restore the ledger’s entries' }];
    }
    return [{ problem: 'merge-outdated' as const, where, ...changeOf(key, rows, listing.object) }];
  });
  return found.flat();
}

function rowsOf(listing: Listing | undefined): number | undefined {
  return typeof listing?.object === 'object' ? listing.object.rows : undefined;
}

/** Says what has become of an object that a file has as a source with so many rows. */
function changeOf(key: string, rows: number, object: WrittenObject | 'gap' | undefined) {
  if (object === undefined)
    return {
      what: `has ${rows} rows of ${key}, which a replay or redrive has replaced: queries still see them`,
      action: 'glueless maintain writes the file again',
    };
  const says = object === 'gap' ? 'that its range is a gap' : String(object.rows);
  return {
    what: `is noted with ${rows} rows of ${key}, the ledger says ${says}`,
    action: 'restore the newest version of the entry and of the note; or replay the range while Kafka holds it',
  };
}

/** Finds those of the objects that entries list and no file has as a source. */
export async function findWaiting(
  keys: readonly string[],
  { path, ...options }: SourceOptions & { readonly path: string },
): Promise<WaitingObject[]> {
  const found = await mapConcurrently(keys, readsAtOnce, async (key) => {
    const listing = await findListing(key, options);
    if (listing === undefined || listing === 'open' || listing.object === undefined || listing.object === 'gap')
      return [];
    return [{ path, key, rows: listing.object.rows, atMs: listing.atMs }];
  });
  return found.flat();
}

/** The finding that an object makes which has waited for too long. */
export function waitsTooLong({ key, rows, atMs }: WaitingObject): Finding {
  const what = `came to a merged partition at ${new Date(atMs).toISOString()}, and its ${rows} rows are not where queries look`;
  return { problem: 'merge-late', where: key, what, action: 'glueless maintain copies it there' };
}

interface Listing {
  /** `undefined`: the entry of its range lists other objects; `gap`: it is a gap. */
  readonly object: WrittenObject | 'gap' | undefined;
  readonly atMs: number;
}

/** Looks up what the ledger says of an object now; `undefined` when no entry has its range, `open` where it can't be read or is claimed. */
async function findListing(
  key: string,
  { ledger, table, topic }: SourceOptions,
): Promise<Listing | 'open' | undefined> {
  const name = parseObjectName(key);
  if (name?.topic !== topic) return 'open';
  const { partition, from } = name;
  const found = await unlessUnreadable(
    () => ledger.get({ table, topic, partition }, from),
    () => 'open',
  );
  if (found === undefined || found === 'open') return found;
  const { entry } = found;
  if (entry.state === 'claimed') return 'open';
  if (!isWritten(entry)) return { object: 'gap', atMs: 0 };
  const object = entry.outcome.objects.find((each) => each.key === key);
  return { object, atMs: Date.parse(entry.outcome.committedAt) };
}
