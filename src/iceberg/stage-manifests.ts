import { mapConcurrently } from '../runtime/concurrency.ts';
import { fileStatus, writeManifest, type DataFile, type ManifestEntry } from './manifest.ts';
import type { ManifestFile } from './manifest-list.ts';
import { partitionFields } from './partition-fields.ts';
import { manifestContent, readLiveEntries } from './read-snapshot.ts';
import { singleValue } from './single-value.ts';
import type { TableFiles } from './table-files.ts';
import { currentSchema, type PartitionSpec, type TableMetadata } from './table-metadata.ts';

/** The snapshot that is being made, and where its files go. */
export interface Stage {
  readonly metadata: TableMetadata;
  readonly snapshotId: bigint;
  readonly sequenceNumber: number;
  readonly files: TableFiles;
  /** Gives a new key for each manifest. */
  readonly newManifestKey: () => string;
}

/** Manifests are merged when there are so many small ones. */
const mergeCountMin = 100;

/**
 * Most files of a merged manifest: what is read of a file takes 20 kB of memory, and the event loop stands still while one is written.
 * Those with half as many are left as they are, so that whatever is merged once is merged a few times at most.
 */
const mergeFilesMax = 2000;

const readsMax = 16;

/** Writes a manifest of files that the snapshot adds. Their sequence number is the snapshot's: readers inherit it. */
export async function stageAdded(files: readonly DataFile[], spec: PartitionSpec, stage: Stage): Promise<ManifestFile> {
  const entries = files.map((file) => ({
    status: fileStatus.added,
    snapshot_id: stage.snapshotId,
    data_file: file,
  }));
  return stageManifest(entries, spec, stage);
}

/** What is left of manifests when files are taken out. */
export interface Removal {
  readonly manifests: readonly ManifestFile[];
  readonly removed: readonly DataFile[];
  /** Paths that no manifest lists. */
  readonly missing: readonly string[];
}

/** Writes manifests without the files of these paths; those that list none of them stay. */
export async function stageRemoved(
  manifests: readonly ManifestFile[],
  paths: ReadonlySet<string>,
  stage: Stage,
): Promise<Removal> {
  if (paths.size === 0) return { manifests, removed: [], missing: [] };
  const removed: DataFile[] = [];
  const kept = await mapConcurrently(manifests, readsMax, async (manifest) => {
    if (manifest.content !== manifestContent.data) return manifest;
    const entries = await readLiveEntries(manifest, stage.files);
    const gone = entries.filter(({ data_file: file }) => paths.has(file.file_path));
    if (gone.length === 0) return manifest;
    removed.push(...gone.map(({ data_file: file }) => file));
    const next = entries.map((entry) =>
      paths.has(entry.data_file.file_path)
        ? { ...entry, status: fileStatus.deleted, snapshot_id: stage.snapshotId }
        : { ...entry, status: fileStatus.existing },
    );
    return stageManifest(next, specOf(manifest, stage), stage);
  });
  const found = new Set(removed.map(({ file_path: path }) => path));
  return { manifests: kept, removed, missing: [...paths].filter((path) => !found.has(path)) };
}

/** Gives the manifests of data files that are worth merging. */
export function smallManifests(manifests: readonly ManifestFile[], metadata: TableMetadata): ManifestFile[] {
  const specId = metadata['default-spec-id'];
  return manifests.filter(
    (manifest) =>
      manifest.content === manifestContent.data &&
      manifest.partition_spec_id === specId &&
      liveFiles(manifest) < mergeFilesMax / 2,
  );
}

/** Writes few manifests in the place of many small ones, once there are many: else lists would grow with every commit. */
export async function mergeManifests(
  manifests: readonly ManifestFile[],
  stage: Stage,
  countMin = mergeCountMin,
): Promise<ManifestFile[]> {
  const small = smallManifests(manifests, stage.metadata);
  if (small.length < countMin) return [...manifests];
  const merged: ManifestFile[] = [];
  for (const group of groupsToMerge(small)) merged.push(await mergeGroup(group, stage));
  return [...merged, ...manifests.filter((manifest) => !small.includes(manifest))];
}

/** Neighbours that hold no more files together than one manifest may. */
function groupsToMerge(small: readonly ManifestFile[]): ManifestFile[][] {
  const groups: ManifestFile[][] = [];
  let files = Infinity;
  for (const manifest of small) {
    files += liveFiles(manifest);
    if (files <= mergeFilesMax) groups.at(-1)?.push(manifest);
    else {
      groups.push([manifest]);
      files = liveFiles(manifest);
    }
  }
  return groups;
}

async function mergeGroup(group: readonly ManifestFile[], stage: Stage): Promise<ManifestFile> {
  const [first] = group;
  if (first === undefined) throw new RangeError('a group has a manifest at least');
  if (group.length === 1) return first;
  const entries = await mapConcurrently(group, readsMax, (manifest) => readLiveEntries(manifest, stage.files));
  const existing = entries.flat().map((entry) => ({ ...entry, status: fileStatus.existing }));
  return stageManifest(existing, specOf(first, stage), stage);
}

function liveFiles({ added_files_count: added, existing_files_count: existing }: ManifestFile): number {
  return added + existing;
}

function specOf({ partition_spec_id: id }: ManifestFile, { metadata }: Stage): PartitionSpec {
  const spec = metadata['partition-specs'].find((each) => each['spec-id'] === id);
  if (spec === undefined) throw new RangeError(`the table has no partition spec ${id}`);
  return spec;
}

async function stageManifest(
  entries: readonly ManifestEntry[],
  spec: PartitionSpec,
  { metadata, snapshotId, sequenceNumber, files, newManifestKey }: Stage,
): Promise<ManifestFile> {
  const bytes = writeManifest({ schema: currentSchema(metadata), spec, entries });
  const uri = await files.write(newManifestKey(), bytes);
  const live = entries.filter(({ status }) => status !== fileStatus.deleted);
  return {
    manifest_path: uri,
    manifest_length: bytes.length,
    partition_spec_id: spec['spec-id'],
    content: manifestContent.data,
    sequence_number: sequenceNumber,
    min_sequence_number: Math.min(
      sequenceNumber,
      ...live.map((entry) => Number(entry.sequence_number ?? sequenceNumber)),
    ),
    added_snapshot_id: snapshotId,
    ...countsOf(entries),
    partitions: partitionSummaries(entries, spec, metadata),
  };
}

function countsOf(entries: readonly ManifestEntry[]) {
  const of = (status: number): readonly ManifestEntry[] => entries.filter((entry) => entry.status === status);
  const rows = (some: readonly ManifestEntry[]): number =>
    some.reduce((sum, each) => sum + each.data_file.record_count, 0);
  const [added, existing, deleted] = [of(fileStatus.added), of(fileStatus.existing), of(fileStatus.deleted)];
  return {
    added_files_count: added.length,
    existing_files_count: existing.length,
    deleted_files_count: deleted.length,
    added_rows_count: rows(added),
    existing_rows_count: rows(existing),
    deleted_rows_count: rows(deleted),
  };
}

/** The range of each partition field's values, by which readers leave out whole manifests. */
function partitionSummaries(entries: readonly ManifestEntry[], spec: PartitionSpec, metadata: TableMetadata) {
  return partitionFields(currentSchema(metadata), spec).map(({ name, type }) => {
    const values = entries.map(({ data_file: { partition } }) => partition[name]);
    const bounds = values.flatMap((value) => singleValue(value, type) ?? []);
    const hasAll = bounds.length === values.filter((value) => value !== null && value !== undefined).length;
    const isOrdered = type === 'string' && hasAll && bounds.length > 0;
    const sorted = isOrdered ? bounds.toSorted(Buffer.compare) : [];
    return {
      contains_null: values.some((value) => value === null || value === undefined),
      contains_nan: false,
      lower_bound: sorted.at(0),
      upper_bound: sorted.at(-1),
    };
  });
}
