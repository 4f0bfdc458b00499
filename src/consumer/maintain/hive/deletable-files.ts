import type { MergedFile, MergedPartition } from '../../ledger/notes/merged-partition.ts';
import { parseObjectName, topicOfFile } from '../../ledger/keys/object-keys.ts';
import type { ObjectInfo } from '../../ports/lake.ts';
import { hasRowsWithin } from '../../table/objects/file-offsets.ts';
import { hasRowsElsewhere } from './has-rows-elsewhere.ts';
import type { HivePartition, MergeTools } from './merge-tools.ts';

/** Keys of those objects of a merged partition's folder that the note does not list and whose rows, where they count, are in files that are there. */
export async function deletableFiles(
  listed: readonly ObjectInfo[],
  note: MergedPartition,
  hivePartition: HivePartition,
  tools: MergeTools,
): Promise<string[]> {
  const sizes = new Map(listed.map(({ key, size }) => [key, size]));
  const awaited = note.files.filter(({ key, bytes }) => bytes === undefined || sizes.get(key) !== bytes);
  const files = new Set(note.files.map(({ key }) => key));
  const others = listed.filter(({ key }) => !files.has(key) && topicOfFile(key) !== undefined);
  return awaited.length === 0
    ? withoutOnlyCopies(others, note, hivePartition, tools)
    : withoutAwaited(others, note, awaited, tools);
}

/**
 * Gives those of the files that earlier revisions have listed that have no row of what the awaited files are made of. Such a file may never come, and until then
 * readers would see the rows of the others twice.
 */
async function withoutAwaited(
  others: readonly ObjectInfo[],
  { obsolete }: MergedPartition,
  awaited: readonly MergedFile[],
  tools: MergeTools,
): Promise<string[]> {
  const passed = new Set(obsolete);
  const bases = new Set(awaited.flatMap((file) => file.bases?.map(({ key }) => key) ?? []));
  const ranges = awaited.flatMap(({ sources }) => sources.flatMap(({ key }) => parseObjectName(key) ?? []));
  const keys: string[] = [];
  for (const file of others) {
    if (!passed.has(file.key) || bases.has(file.key)) continue;
    const own = ranges.filter(({ topic }) => topic === topicOfFile(file.key));
    if ((await hasRowsWithin(file, own, tools)) === false) keys.push(file.key);
  }
  return keys;
}

/** Gives all that earlier revisions have listed; what no revision lists only where its rows are elsewhere. */
async function withoutOnlyCopies(
  others: readonly ObjectInfo[],
  note: MergedPartition,
  hivePartition: HivePartition,
  tools: MergeTools,
): Promise<string[]> {
  const passed = new Set(note.obsolete);
  const keys: string[] = [];
  for (const file of others)
    if (passed.has(file.key) || (await hasRowsElsewhere(file, { note, hivePartition }, tools))) keys.push(file.key);
  const files = others.length - keys.length;
  const { table, values } = hivePartition;
  const why = `no note lists them, and rows of theirs are nowhere else: restore _ledger/${table.name}.merged/`;
  if (files > 0) tools.observe({ kind: 'left-alone', table: table.name, partition: values, files, why });
  return keys;
}
