import type { TopicPath } from '../ledger/keys/ledger-keys.ts';
import { z } from 'zod';
import type { ObjectStore } from '../ports/lake.ts';

const noteSchema = z.object({
  format: z.literal(1),
  at: z.iso.datetime(),
  findings: z.number().int().nonnegative(),
  records: z.number().int().nonnegative(),
  /** What was looked at, in words: `every object read whole`. */
  scope: z.string(),
});

/** The result of an audit, left in the lake for whoever asks when the last one was. */
export type AuditNote = z.infer<typeof noteSchema>;

/** The note's key; readers of the table see nothing below `_verify`. */
function noteKey({ table, topic }: TopicPath): string {
  return `_verify/${table}/${topic}.json`;
}

/** Puts the note in the place of the one before. Of two audits that end at the same time, one leaves its note. */
export async function writeAuditNote(store: ObjectStore, topicTable: TopicPath, note: AuditNote): Promise<void> {
  const key = noteKey(topicTable);
  const before = await store.get(key);
  const condition = before === undefined ? { ifAbsent: true as const } : { ifVersion: before.version };
  await store.put(key, Buffer.from(`${JSON.stringify(note)}\n`), condition);
}

/** The newest note; `undefined` where no audit left one, a newer version did, or it can't be read: the next audit replaces it. */
export async function readAuditNote(store: ObjectStore, topicTable: TopicPath): Promise<AuditNote | undefined> {
  const stored = await store.get(noteKey(topicTable));
  if (stored === undefined) return undefined;
  try {
    return noteSchema.parse(JSON.parse(Buffer.from(stored.bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}
