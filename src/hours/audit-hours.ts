import type { Finding } from '../consumer/audit/findings/finding.ts';
import type { TopicPath } from '../consumer/ledger/keys/ledger-keys.ts';
import { mapConcurrently, readsAtOnce } from '../runtime/concurrency.ts';
import type { ObjectStore } from '../consumer/ports/lake.ts';
import { hasCode } from '../runtime/errors.ts';
import { openHourStore, type HourDocument } from './hour-document.ts';
import { changeOfKey, hoursTableName, keyOfChange } from './hours-table.ts';

export interface HoursAuditOptions extends TopicPath {
  readonly store: ObjectStore;
  /** First hour, like `2026-11-23T00`; all when left out. */
  readonly since?: string;
}

/**
 * Compares the objects of `<table>_hours` with the documents that say which changes are in it: one listing, and a request for each document. Nothing is
 * found where nobody settles hours.
 */
export async function auditHours({ store, since, ...topicTable }: HoursAuditOptions): Promise<Finding[]> {
  const name = hoursTableName(topicTable.table);
  const startAfter = since === undefined ? undefined : `${name}/event_date=${since.slice(0, 10)}`;
  const listed = store.list(`${name}/`, startAfter === undefined ? {} : { startAfter });
  const found = new Set(await Array.fromAsync(listed, ({ key }) => key));
  const listing = openHourStore(store, topicTable).list(since);
  const documents = await Array.fromAsync(listing, ({ value }) => value).catch(unreadable);
  if ('problem' in documents) return [documents];
  const written = documents.flatMap(({ hour, tabled, changes }) =>
    changes
      .filter(({ revision }) => revision <= tabled)
      .map((change): Written => ({ hour, key: keyOfChange(name, hour, change), at: change.at })),
  );
  const missing = (await findMissing(written, found, store)).map(({ hour, key }): Finding => ({
    problem: 'hour-missing',
    where: key,
    what: `is gone: queries of ${name} miss this change of the hour ${hour}`,
    action: `glueless hours --settle --since ${hour.slice(0, 10)} writes it again`,
  }));
  return [...missing, ...unnoted(documents, found, since)];
}

function unreadable(error: unknown): Finding {
  if (!hasCode(error, 'STATE_CORRUPT')) throw error;
  const { message, hint = '', details } = error;
  return { problem: 'hour-unreadable', where: String(details['key']), what: message, action: hint };
}

/** A change that its document has as written. */
interface Written {
  readonly hour: string;
  readonly key: string;
  readonly at: string;
}

/** Changes whose objects are gone. Those from before the oldest one that is there were removed by a rule of the store for what is old. */
async function findMissing(all: readonly Written[], found: ReadonlySet<string>, store: ObjectStore) {
  const oldest =
    all
      .filter(({ key }) => found.has(key))
      .map(({ at }) => at)
      .toSorted()[0] ?? '';
  const missing = all.filter(({ key, at }) => !found.has(key) && at >= oldest);
  // what was written since the listing is there
  const isThere = await mapConcurrently(missing, readsAtOnce, async ({ key }) => (await store.get(key)) !== undefined);
  return missing.filter((_, index) => isThere[index] === false);
}

/** Finds objects of a change that no document has; other files are not asked about. */
function unnoted(documents: readonly HourDocument[], found: ReadonlySet<string>, since: string | undefined): Finding[] {
  const revisions = new Map(documents.map(({ hour, changes }) => [hour, changes.length]));
  return [...found].flatMap((key) => {
    const change = changeOfKey(key);
    if (change === undefined || (since !== undefined && change.hour < since)) return [];
    if (change.revision <= (revisions.get(change.hour) ?? 0)) return [];
    return [
      {
        problem: 'hour-unnoted' as const,
        where: key,
        what: `is a change of the hour ${change.hour} of which its document knows nothing: that is gone, or was set back`,
        action: `restore the newest version of the document of ${change.hour} below _hours/`,
      },
    ];
  });
}
