import { readsAtOnce } from '../../../runtime/concurrency.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { isWritten, type WrittenEntry } from '../../ledger/entry/ledger-entry.ts';
import { entryKey } from '../../ledger/keys/ledger-keys.ts';
import { isFolderMarker, isHidden } from '../../ledger/keys/object-keys.ts';
import { tablesOf } from '../../table/dead-letters/topic-tables.ts';
import { BoundedWork } from '../../../runtime/bounded-work.ts';
import type { Finding } from '../findings/finding.ts';
import type { FindingList } from '../findings/finding-list.ts';
import type { FormatAudit } from '../format-audit.ts';
import type { EntryId, ObjectIndex } from './object-index.ts';
import type { Repair } from '../findings/repair.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';
import { createJudge, findingOf, isRepairable, type UnlistedOptions } from './unlisted-object.ts';

export interface ListingOptions extends UnlistedOptions {
  readonly findings: FindingList;
  readonly onObject: () => void;
  readonly format: Pick<FormatAudit, 'isKnown' | 'onUnseen'>;
}

/** Compares the lake's listing with what the ledger lists: judges each object that no entry lists. */
export async function auditListing(index: ObjectIndex, options: ListingOptions): Promise<Repair[]> {
  const { store, table, findings, onObject, format } = options;
  const repairs: Repair[] = [];
  const judge = createJudge(options);
  const work = new BoundedWork(readsAtOnce);
  for (const { name: folder } of tablesOf(table)) {
    for await (const info of store.list(`${folder}/`)) {
      if (isFolderMarker(info)) continue;
      const isKnown = format.isKnown(info);
      if (isHidden(info.key)) continue;
      onObject();
      if (index.see(info) || isKnown) continue;
      await work.start(async () => {
        const verdict = await judge(info.key);
        if (verdict.kind === 'obsolete' && format.onUnseen !== undefined) return format.onUnseen(info.key);
        findings.addAll(findingOf(info.key, verdict));
        if (isRepairable(verdict)) repairs.push({ kind: 'delete', key: info.key });
      });
    }
  }
  await work.end();
  for (const { name: folder } of tablesOf(table)) findings.addAll(await findStrays(`${folder}/`, store));
  return repairs;
}

/** What a folder lake's listing does not show, and programs that read the folder may. */
async function findStrays(prefix: string, store: ListingOptions['store']): Promise<Finding[]> {
  const strays = await Array.fromAsync(store.strays?.(prefix) ?? []);
  const what =
    'lies in the table and is a link, or a version of an object that is written once: other programs may read it';
  const action = 'look at it, then move it out of the table';
  return strays.filter((key) => !isHidden(key)).map((where) => ({ problem: 'object-unlisted', where, what, action }));
}

export interface LookAgainOptions {
  readonly ledger: Ledger;
  readonly table: string;
  readonly topic: string;
  readonly inspect: (entry: WrittenEntry) => Promise<void>;
  /** Called for an entry that can't be read. */
  readonly onUnreadable: (key: string, error: unknown) => void;
  /** Called for one that is gone: a segment has told of it. */
  readonly onGone: (key: string) => void;
}

/** Looks at the entries again whose objects the listing has not confirmed. */
export async function lookAgain(entries: Iterable<EntryId>, options: LookAgainOptions): Promise<void> {
  const { table, topic, inspect, onUnreadable, onGone } = options;
  const work = new BoundedWork(readsAtOnce);
  for (const { partition, from } of entries) {
    const path = { table, topic, partition };
    await work.start(async () => {
      const found = await unlessUnreadable(
        () => options.ledger.get(path, from),
        (error) => {
          onUnreadable(String(error.details['key']), error);
          return 'unreadable';
        },
      );
      if (found === undefined) onGone(entryKey(path, from));
      else if (found !== 'unreadable' && isWritten(found.entry)) await inspect(found.entry);
    });
  }
  await work.end();
}
