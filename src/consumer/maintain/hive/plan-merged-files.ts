import type {
  MergedBase,
  MergedFile,
  MergedPartition,
  MergedRange,
  MergedSource,
} from '../../ledger/notes/merged-partition.ts';
import { mergedFolder, mergedKey, mergedPrefix, parseObjectName } from '../../ledger/keys/object-keys.ts';
import { fillBins, isSmall, type MergedSize } from '../merged-size.ts';

/** An object of rows in a partition's old folder, as its ledger entry lists it. */
export interface ListedObject extends MergedSource {
  readonly bytes: number;
}

/** Where a partition's merged files go, and how large they are to be. */
export interface MergeTarget {
  readonly table: string;
  readonly hivePath: string;
  readonly size: MergedSize;
  /** A new unique id for each file. */
  readonly newId: () => string;
}

/** What has become of a merged partition's rows since its note was written. */
export interface PartitionChange {
  /** Objects that entries list, of which no file of the note has the rows. */
  readonly added: readonly ListedObject[];
  /** Keys of sources that their entries list no longer. */
  readonly replacedSources: ReadonlySet<string>;
}

/** True when several of the files are small. */
export function isWorthMerging(files: readonly Pick<ListedObject, 'bytes' | 'rows'>[], size: MergedSize): boolean {
  return files.filter((file) => isSmall(file, size)).length > 1;
}

/**
 * Plans the files of a partition: small objects of one topic become one of about the target's size, in the order of their keys; what has no other to be
 * merged with is copied under its own name.
 */
export function planFiles(objects: readonly ListedObject[], target: MergeTarget): MergedFile[] {
  const sorted = objects.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const topics = Map.groupBy(sorted, ({ key }) => parseObjectName(key)?.topic ?? '');
  return [...topics].flatMap(([topic, group]) => {
    const isToMerge = (object: ListedObject): boolean => isSmall(object, target.size);
    const bins = fillBins(group.filter(isToMerge), target.size);
    const large = group.filter((object) => !isToMerge(object)).map((object) => [object]);
    return [...bins, ...large].map((bin) => fileOf(bin, topic, target));
  });
}

/** Plans the note anew after the change; `undefined` when there is none. */
export function replan(
  note: MergedPartition,
  { added, replacedSources }: PartitionChange,
  target: MergeTarget,
): MergedPartition | undefined {
  if (added.length === 0 && replacedSources.size === 0) return undefined;
  const kept = note.files.map((file) => withoutSources(file, replacedSources, target));
  const files = [...kept.flatMap((file) => file ?? []), ...planFiles(added, target)];
  const keys = new Set(files.map(({ key }) => key));
  const dropped = note.files.map(({ key }) => key).filter((key) => !keys.has(key));
  return { ...note, revision: note.revision + 1, files, obsolete: [...new Set([...note.obsolete, ...dropped])] };
}

function fileOf(bin: readonly ListedObject[], topic: string, { table, hivePath, newId }: MergeTarget): MergedFile {
  const sources = bin.map(({ key, rows }) => ({ key, rows }));
  const folder = mergedFolder(table);
  const [first] = sources;
  const key =
    first !== undefined && sources.length === 1
      ? copyKey(first.key, { table, hivePath })
      : mergedKey({ table: folder, topic, id: newId() }, hivePath);
  return { key, rows: sumRows(sources), sources };
}

/** The key of an object's copy: its own name in the new folder. */
function copyKey(key: string, { table, hivePath }: Pick<MergeTarget, 'table' | 'hivePath'>): string {
  return `${mergedPrefix(table, hivePath)}${key.slice(key.lastIndexOf('/') + 1)}`;
}

/** The file without the rows of sources that are listed no longer; `undefined` when none are left. */
function withoutSources(
  file: MergedFile,
  replacedSources: ReadonlySet<string>,
  { table, hivePath, newId }: MergeTarget,
): MergedFile | undefined {
  const gone = file.sources.filter(({ key }) => replacedSources.has(key));
  if (gone.length === 0) return file;
  const sources = file.sources.filter(({ key }) => !replacedSources.has(key));
  const [first] = sources;
  if (first === undefined) return undefined;
  const topic = parseObjectName(first.key)?.topic ?? '';
  const leftOut = gone.flatMap(({ key }) => rangeOf(key) ?? []);
  const { bytes, crc32 } = file;
  const written = { ...(bytes !== undefined && { bytes }), ...(crc32 !== undefined && { crc32 }) };
  const bases = [{ key: file.key, leftOut, ...written }, ...(file.bases ?? []).map((base) => leaveOut(base, leftOut))];
  return {
    key: mergedKey({ table: mergedFolder(table), topic, id: newId() }, hivePath),
    rows: sumRows(sources),
    sources,
    // rows are told by their offsets: where those of a source that stays are among them, only the sources can tell
    ...(!sources.some(({ key }) => leftOut.some((range) => meets(range, rangeOf(key)))) && { bases }),
  };
}

function leaveOut(base: MergedBase, more: readonly MergedRange[]): MergedBase {
  return { ...base, leftOut: [...base.leftOut, ...more] };
}

function rangeOf(key: string): MergedRange | undefined {
  const name = parseObjectName(key);
  return name && { partition: name.partition, from: name.from, to: name.to };
}

function meets(a: MergedRange, b: MergedRange | undefined): boolean {
  return b !== undefined && a.partition === b.partition && a.from < b.to && b.from < a.to;
}

function sumRows(sources: readonly MergedSource[]): number {
  return sources.reduce((sum, { rows }) => sum + rows, 0);
}
