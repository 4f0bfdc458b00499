import { z } from 'zod';
import type { ObjectStore } from '../../ports/lake.ts';
import { startsPrefix, type TopicPath } from '../keys/ledger-keys.ts';
import { noteOnce, parseNote } from './parse-note.ts';

/**
 * Which Iceberg table the ledger was written for, by the table's UUID: noted once, before anything of the ledger becomes part of the
 * table, so that it tells when the table was dropped and made anew.
 */

const what = 'notes the table that the ledger was written for';

const noteSchema = z.object({ tableUuid: z.string(), notedAt: z.iso.datetime() });

/** How the names of these notes begin, beside the notes where chains begin. */
export const tableNoteStart = 'table-';

function noteKey(topic: TopicPath, name: string): string {
  return `${startsPrefix(topic)}${tableNoteStart}${name}.json`;
}

/** Gives the UUID that was noted for the table `name`; `undefined` when nothing of the ledger has become part of it. */
export async function notedTable(store: ObjectStore, topic: TopicPath, name: string): Promise<string | undefined> {
  const key = noteKey(topic, name);
  const stored = await store.get(key);
  return stored && parseNote({ key, bytes: stored.bytes }, what, noteSchema).tableUuid;
}

/** Notes the table if nobody has; gives the UUID that counts. */
export async function noteTable(
  store: ObjectStore,
  topic: TopicPath,
  { name, tableUuid, notedAt }: { readonly name: string; readonly tableUuid: string; readonly notedAt: string },
): Promise<string> {
  const key = noteKey(topic, name);
  const bytes = await noteOnce(store, key, Buffer.from(`${JSON.stringify({ tableUuid, notedAt })}\n`));
  return parseNote({ key, bytes }, what, noteSchema).tableUuid;
}

/** Forgets the note of a table that has got nothing. */
export async function forgetTable(store: ObjectStore, topic: TopicPath, name: string): Promise<void> {
  await store.delete([noteKey(topic, name)]);
}
