import { z } from 'zod';
import { mapAhead, readsAtOnce } from '../../../runtime/concurrency.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/lake.ts';
import { mergedNoteKey, mergedNotePrefix } from '../keys/ledger-keys.ts';
import { offsetCodec } from '../entry/ledger-entry.ts';
import { parseNote } from './parse-note.ts';

/**
 * What is kept of a partition of a Hive table whose files were merged: `_ledger/<table>.merged/<Hive partition>.json`, changed by compare-and-swap only.
 *
 * Such a partition moves once, from its folder in the table's to the one of the same name in `<table>.merged/`, by its location in the catalog. The note
 * says what the new folder is to hold before anything is put or deleted there; objects that it does not list there are left over from an earlier
 * revision. What writers put, before and after, lies in the old folder, and counts for readers once a file of the note has it as a source.
 */

const sourceSchema = z.object({
  /** Key of an object in the old folder, which its ledger entry lists. It may be gone once `movedAt` is old. */
  key: z.string(),
  rows: z.number().int().nonnegative(),
});

/** Rows of one Kafka partition, by their offsets. */
const rangeSchema = z.object({ partition: z.number().int().nonnegative(), from: offsetCodec, to: offsetCodec });

/** Size and CRC-32 of a file, once it is known to be there. */
const writtenSchema = {
  bytes: z.number().int().positive().optional(),
  crc32: z.number().int().nonnegative().optional(),
};

const fileSchema = z.object({
  /** Named by an id that nobody else uses, or, for the copy of a single source, like that one. */
  key: z.string(),
  /** The sum of its sources' rows. All of them are one topic's. */
  rows: z.number().int().nonnegative(),
  sources: z.array(sourceSchema).min(1),
  ...writtenSchema,
  /** Files of earlier revisions that it is made of by leaving rows out, whichever is there as it was written; else it is made of its sources. */
  bases: z.array(z.object({ key: z.string(), leftOut: z.array(rangeSchema), ...writtenSchema })).optional(),
});

const noteSchema = z.object({
  /** Rises by one with each change. */
  revision: z.number().int().positive(),
  /** Values of the partition's keys. */
  values: z.array(z.string()).min(1),
  /** When the catalog had been told the new location; left out: readers may see either folder. */
  movedAt: z.iso.datetime().optional(),
  files: z.array(fileSchema),
  /** Keys of the new folder that earlier revisions have listed and that may still be there. */
  obsolete: z.array(z.string()),
});

export type MergedPartition = z.infer<typeof noteSchema>;
export type MergedFile = z.infer<typeof fileSchema>;
export type MergedBase = NonNullable<MergedFile['bases']>[number];
export type MergedSource = z.infer<typeof sourceSchema>;
export type MergedRange = z.infer<typeof rangeSchema>;

/** A note, and the version that its next change must expect. */
export interface StoredNote {
  readonly note: MergedPartition;
  /** `event_date=2026-11-23/event_hour=09` */
  readonly hivePath: string;
  readonly version: string;
}

export async function readMerged(store: ObjectStore, table: string, hivePath: string): Promise<StoredNote | undefined> {
  const key = mergedNoteKey(table, hivePath);
  const stored = await store.get(key);
  return (
    stored && {
      note: parseNote({ key, bytes: stored.bytes }, 'notes what a merged partition holds', noteSchema),
      hivePath,
      version: stored.version,
    }
  );
}

/** The partitions of the table with a note, by one listing. */
export async function* listMergedPaths(store: ObjectStore, table: string): AsyncIterable<string> {
  const prefix = mergedNotePrefix(table);
  for await (const { key } of store.list(prefix))
    if (key.endsWith('.json')) yield key.slice(prefix.length, -'.json'.length);
}

/** All notes of the table, in the order of their partitions, not more than some at a time in memory. */
export async function* listMerged(store: ObjectStore, table: string): AsyncIterable<StoredNote> {
  const paths = await Array.fromAsync(listMergedPaths(store, table));
  for await (const found of mapAhead(paths, readsAtOnce, (path) => readMerged(store, table, path)))
    if (found !== undefined) yield found;
}

/**
 * Puts the note if it is still as `before` says, or not there; `undefined` when another process was first. A lost answer of ours looks like a
 * refusal, and is told by reading back.
 */
export async function putMerged(
  store: ObjectStore,
  table: string,
  {
    hivePath,
    note,
    before,
  }: { readonly hivePath: string; readonly note: MergedPartition; readonly before?: StoredNote },
): Promise<StoredNote | undefined> {
  const key = mergedNoteKey(table, hivePath);
  const bytes = Buffer.from(`${JSON.stringify(z.encode(noteSchema, note))}\n`);
  const condition = before === undefined ? { ifAbsent: true as const } : { ifVersion: before.version };
  const result = await store.put(key, bytes, condition);
  if (result.kind === 'stored') return { note, hivePath, version: result.version };
  const found = await store.get(key);
  const isOurs = found !== undefined && Buffer.compare(found.bytes, bytes) === 0;
  return isOurs ? { note, hivePath, version: found.version } : undefined;
}

/** Deletes the note of a partition that is gone from catalog and lake. */
export async function forgetMerged(store: ObjectStore, table: string, hivePath: string): Promise<void> {
  await store.delete([mergedNoteKey(table, hivePath)]);
}

/** True for a file of the size and checksum that its note has, where it has them. */
export function isAsNoted(
  { bytes, crc32 }: Pick<MergedFile, 'bytes' | 'crc32'>,
  found: { readonly size: number; readonly crc32?: number },
): boolean {
  const isSame = crc32 === undefined || found.crc32 === undefined || crc32 === found.crc32;
  return isSame && (bytes === undefined || bytes === found.size);
}

/** A file of an earlier revision, as it was written, that has the rows of one that is still to be put. */
export async function findBase(
  { bases = [] }: Pick<MergedFile, 'bases'>,
  store: ObjectStore,
): Promise<(Pick<MergedBase, 'key' | 'leftOut'> & { readonly size: number }) | undefined> {
  for (const base of bases) {
    const info = await store.head(base.key);
    if (info !== undefined && isAsNoted(base, info)) return { ...base, size: info.size };
  }
  return undefined;
}

/** What has the rows of a file of the note: that file, as it was written, or one of an earlier revision that it is to be made of. */
export async function findHolder(
  file: MergedFile,
  store: ObjectStore,
): Promise<Pick<ObjectInfo, 'key' | 'size'> | undefined> {
  const info = await store.head(file.key);
  if (info !== undefined) return isAsNoted(file, info) ? info : undefined;
  return file.bytes === undefined ? findBase(file, store) : undefined;
}

/** Sources by their keys, each with the file that has its rows. */
export function sourcesOf({ files }: MergedPartition): Map<string, MergedFile> {
  return new Map(files.flatMap((file) => file.sources.map(({ key }) => [key, file] as const)));
}
