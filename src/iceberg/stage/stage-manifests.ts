import { mapConcurrently } from '../../runtime/concurrency.ts';
import { fileStatus, type DataFile, type ManifestEntry } from '../manifests/manifest.ts';
import type { ManifestFile } from '../manifests/manifest-list.ts';
import { manifestContent, readLiveEntries, readManifestEntries, type LiveEntries } from '../manifests/read-snapshot.ts';
import { FileTally } from './snapshot-summary.ts';
import { StagedManifest, type Stage } from './stage-manifest.ts';
import { defaultSpec, type PartitionSpec, type TableMetadata } from '../metadata/table-metadata.ts';

/** Manifests are merged when there are so many small ones. */
const mergeCountMin = 100;

/**
 * Most files of a manifest: the event loop stands still while one is written. Those with half as many are left as they are, so that whatever is
 * merged once is merged a few times at most.
 */
const filesMax = 2000;

/** Manifests that are written anew at a time. */
const rewritesMax = 4;

/** Files that a snapshot adds, or takes out, and the manifests that say so. */
export interface StagedChange {
  readonly manifests: readonly ManifestFile[];
  readonly tally: FileTally;
}

/** Writes manifests of files that the snapshot adds. Their sequence number is the snapshot's: readers inherit it. */
export async function stageAdded(
  files: Iterable<DataFile> | AsyncIterable<DataFile>,
  stage: Stage,
): Promise<StagedChange> {
  const tally = new FileTally();
  const entries = async function* entries() {
    for await (const file of files) {
      tally.add(file);
      yield { status: fileStatus.added, snapshot_id: stage.snapshotId, data_file: file };
    }
  };
  return { manifests: await stageEntries(entries(), defaultSpec(stage.metadata), stage), tally };
}

/** Writes as many manifests as the entries need. */
async function stageEntries(
  entries: Iterable<ManifestEntry> | AsyncIterable<ManifestEntry>,
  spec: PartitionSpec,
  stage: Stage,
): Promise<ManifestFile[]> {
  const manifests: ManifestFile[] = [];
  let staged: StagedManifest | undefined;
  for await (const entry of entries) {
    staged ??= new StagedManifest(spec, stage);
    staged.append(entry);
    if (staged.size < filesMax) continue;
    manifests.push(await staged.finish());
    staged = undefined;
  }
  if (staged !== undefined) manifests.push(await staged.finish());
  return manifests;
}

/** What is left of manifests when files are taken out. */
export interface Removal extends StagedChange {
  /** Paths that no manifest lists. */
  readonly missing: readonly string[];
}

/** Writes manifests without the files of these paths; those that list none of them stay. */
export async function stageRemoved(
  manifests: readonly ManifestFile[],
  paths: ReadonlySet<string>,
  stage: Stage,
): Promise<Removal> {
  const tally = new FileTally();
  if (paths.size === 0) return { manifests, tally, missing: [] };
  const missing = new Set(paths);
  const kept = await mapConcurrently(manifests, rewritesMax, async (manifest) => {
    if (manifest.content !== manifestContent.data) return [manifest];
    const live = await readManifestEntries(manifest, stage.files);
    let isTouched = false;
    for (const { data_file: file } of live.entries)
      if (paths.has(file.file_path)) {
        isTouched = true;
        missing.delete(file.file_path);
        tally.add(file);
      }
    return isTouched ? stageWithout(live, paths, stage) : [manifest];
  });
  return { manifests: kept.flat(), tally, missing: [...missing] };
}

async function stageWithout(
  { manifest, entries }: LiveEntries,
  paths: ReadonlySet<string>,
  stage: Stage,
): Promise<ManifestFile[]> {
  const gone = { status: fileStatus.deleted, snapshot_id: stage.snapshotId };
  const left = function* left() {
    for (const entry of entries) {
      const isGone = paths.has(entry.data_file.file_path);
      yield { ...entry, ...(isGone ? gone : { status: fileStatus.existing }) };
    }
  };
  return stageEntries(left(), specOf(manifest, stage), stage);
}

/** Gives the manifests of data files that are worth merging. */
export function smallManifests(manifests: readonly ManifestFile[], metadata: TableMetadata): ManifestFile[] {
  const specId = metadata['default-spec-id'];
  return manifests.filter(
    (manifest) =>
      manifest.content === manifestContent.data &&
      manifest.partition_spec_id === specId &&
      liveFiles(manifest) < filesMax / 2,
  );
}

/**
 * Writes few manifests in the place of many small ones, once there are many: else lists would grow with every commit. Those of the snapshot itself stay as
 * they are: they say what it adds and removes, which readers of changes look for.
 */
export async function mergeManifests(
  manifests: readonly ManifestFile[],
  stage: Stage,
  countMin = mergeCountMin,
): Promise<ManifestFile[]> {
  const small = smallManifests(manifests, stage.metadata);
  if (small.length < countMin) return [...manifests];
  const older = small.filter(({ added_snapshot_id: id }) => BigInt(id) !== stage.snapshotId);
  const merged: ManifestFile[] = [];
  for (const group of groupsToMerge(older)) merged.push(...(await mergeGroup(group, stage)));
  return [...merged, ...manifests.filter((manifest) => !older.includes(manifest))];
}

/** Neighbours that hold no more files together than one manifest may. */
function groupsToMerge(small: readonly ManifestFile[]): ManifestFile[][] {
  const groups: ManifestFile[][] = [];
  let files = Infinity;
  for (const manifest of small) {
    files += liveFiles(manifest);
    if (files <= filesMax) groups.at(-1)?.push(manifest);
    else {
      groups.push([manifest]);
      files = liveFiles(manifest);
    }
  }
  return groups;
}

async function mergeGroup(group: readonly ManifestFile[], stage: Stage): Promise<ManifestFile[]> {
  const [first] = group;
  if (first === undefined) throw new RangeError('a group has a manifest at least');
  if (group.length === 1) return [first];
  const existing = async function* existing() {
    for await (const { entries } of readLiveEntries(group, stage.files))
      for (const entry of entries) yield { ...entry, status: fileStatus.existing };
  };
  return stageEntries(existing(), specOf(first, stage), stage);
}

function liveFiles({ added_files_count: added, existing_files_count: existing }: ManifestFile): number {
  return added + existing;
}

function specOf({ partition_spec_id: id }: ManifestFile, { metadata }: Stage): PartitionSpec {
  const spec = metadata['partition-specs'].find((each) => each['spec-id'] === id);
  if (spec === undefined) throw new RangeError(`the table has no partition spec ${id}`);
  return spec;
}
