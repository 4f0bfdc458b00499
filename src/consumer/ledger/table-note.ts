import { z } from 'zod';
import { messageOf, PipelineError } from '../../runtime/errors.ts';
import type { ObjectStore } from '../ports/lake.ts';
import { startsPrefix, type TopicPath } from './ledger-keys.ts';

/**
 * Which Iceberg table the ledger was written for, by the table's UUID: noted once, before anything of the ledger becomes part of the
 * table, so that it tells when the table was dropped and made anew.
 */

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
  return stored && parseNote(key, stored.bytes);
}

/** Notes the table if nobody has; gives the UUID that counts. */
export async function noteTable(
  store: ObjectStore,
  topic: TopicPath,
  { name, tableUuid, notedAt }: { readonly name: string; readonly tableUuid: string; readonly notedAt: string },
): Promise<string> {
  const bytes = Buffer.from(`${JSON.stringify({ tableUuid, notedAt })}\n`);
  const result = await store.put(noteKey(topic, name), bytes, { ifAbsent: true });
  return result.kind === 'stored' ? tableUuid : ((await notedTable(store, topic, name)) ?? tableUuid);
}

/** Forgets the note of a table that has got nothing. */
export async function forgetTable(store: ObjectStore, topic: TopicPath, name: string): Promise<void> {
  await store.delete([noteKey(topic, name)]);
}

function parseNote(key: string, bytes: Uint8Array): string {
  try {
    return noteSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).tableUuid;
  } catch (error) {
    throw new PipelineError('LEDGER_CORRUPT', {
      message: `${key}, which notes the table that the ledger was written for, can't be used: ${messageOf(error)}`,
      retryable: false,
      details: { key },
      hint: 'restore it from an older version of the object',
    });
  }
}
