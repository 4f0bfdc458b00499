import { messageOf, PipelineError } from '../../../runtime/errors.ts';
import type { ObjectStore } from '../../ports/lake.ts';

interface NoteSchema<Note> {
  parse(json: unknown): Note;
}

/** Reads the JSON of a note that the ledger keeps beside its entries; `what` says of it what it notes. Throws LEDGER_CORRUPT for anything else. */
export function parseNote<Note>(
  { key, bytes }: { readonly key: string; readonly bytes: Uint8Array },
  what: string,
  schema: NoteSchema<Note>,
): Note {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    throw corruptNote(key, what, messageOf(error));
  }
}

/** Puts the note unless there is one; answers with the bytes that count. */
export async function noteOnce(store: ObjectStore, key: string, bytes: Uint8Array): Promise<Uint8Array> {
  const { kind } = await store.put(key, bytes, { ifAbsent: true });
  return kind === 'stored' ? bytes : ((await store.get(key))?.bytes ?? bytes);
}

/** Makes the error of a note that can't be read, and why. */
export function corruptNote(key: string, what: string, why: string): PipelineError {
  return new PipelineError('LEDGER_CORRUPT', {
    message: `${key}, which ${what}, can't be used: ${why}`,
    retryable: false,
    details: { key },
    hint: 'restore it from an older version of the object',
  });
}
