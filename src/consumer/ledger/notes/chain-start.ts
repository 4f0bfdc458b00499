import { z } from 'zod';
import type { ObjectStore } from '../../ports/lake.ts';
import { offsetCodec } from '../entry/ledger-entry.ts';
import { startsPrefix, type LedgerPath, type TopicPath } from '../keys/ledger-keys.ts';
import { isFolderMarker } from '../keys/object-keys.ts';
import { tableNoteStart } from './table-note.ts';
import { corruptNote, noteOnce, parseNote } from './parse-note.ts';

/** Where the chain of a Kafka partition begins: written once, before its first claim, and kept apart from the entries, so that it tells when they are gone. */
export interface ChainStart {
  readonly from: bigint;
  readonly notedAt: string;
  /** What START said, where it was not the topic's first record: what lies before was never promised. */
  readonly chosen?: string | undefined;
}

/** Beside the notes of single partitions: where the whole topic was begun. */
export const topicStartName = 'topic.json';

/** Beside them too: that the topic's ledger is closed. */
export const closedName = 'closed.json';

const what = 'notes where a chain begins';

const startSchema = z.object({ from: offsetCodec, notedAt: z.iso.datetime(), chosen: z.string().optional() });

/** Notes the start if nobody has; answers with the one that counts. */
export async function noteStart(store: ObjectStore, path: LedgerPath, start: ChainStart): Promise<ChainStart> {
  const key = `${startsPrefix(path)}${path.partition}.json`;
  const bytes = Buffer.from(`${JSON.stringify(z.encode(startSchema, start))}\n`);
  return parseStart(key, await noteOnce(store, key, bytes));
}

/** The noted start of one Kafka partition, if there is one. */
export async function readStart(store: ObjectStore, path: LedgerPath): Promise<ChainStart | undefined> {
  const key = `${startsPrefix(path)}${path.partition}.json`;
  const stored = await store.get(key);
  return stored && parseStart(key, stored.bytes);
}

/** True when anybody has noted where a chain or the whole topic begins, or ends for good. */
export async function hasStarts(store: ObjectStore, topic: TopicPath): Promise<boolean> {
  const prefix = startsPrefix(topic);
  for await (const info of store.list(prefix))
    if (!isFolderMarker(info) && !info.key.startsWith(`${prefix}${tableNoteStart}`)) return true;
  return false;
}

/** The noted starts of all Kafka partitions. Rejects for those that can't be read, unless there is `onUnreadable`, which gets them. */
export async function readStarts(
  store: ObjectStore,
  topic: TopicPath,
  onUnreadable: (key: string, error: unknown) => void = rethrow,
): Promise<Map<number, ChainStart>> {
  const prefix = startsPrefix(topic);
  const starts = new Map<number, ChainStart>();
  for await (const { key, size } of store.list(prefix)) {
    if (isFolderMarker({ key, size })) continue;
    const name = key.slice(prefix.length);
    if (name === topicStartName || name === closedName || name.startsWith(tableNoteStart)) continue;
    const digits = /^(\d+)\.json$/.exec(name)?.[1];
    const stored = await store.get(key);
    if (stored === undefined) continue;
    try {
      if (digits === undefined) throw corruptNote(key, what, 'its name is none of a Kafka partition');
      starts.set(Number(digits), parseStart(key, stored.bytes));
    } catch (error) {
      onUnreadable(key, error);
    }
  }
  return starts;
}

function rethrow(_key: string, error: unknown): never {
  throw error;
}

function parseStart(key: string, bytes: Uint8Array): ChainStart {
  return parseNote({ key, bytes }, what, startSchema);
}
