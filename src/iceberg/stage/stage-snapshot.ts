import { expiredSnapshots } from '../metadata/expire-snapshots.ts';
import { sameSnapshot, type TableRequirement } from '../metadata/table-requirements.ts';
import { writeManifestList, type ListFacts, type ManifestFile } from '../manifests/manifest-list.ts';
import type { DataFile } from '../manifests/manifest.ts';
import { readManifests } from '../manifests/read-snapshot.ts';
import { summaryOf } from './snapshot-summary.ts';
import type { Stage } from './stage-manifest.ts';
import { mergeManifests, stageAdded, stageRemoved } from './stage-manifests.ts';
import type { TableFiles } from '../manifests/table-files.ts';
import { currentSnapshot, mainBranch, type Snapshot, type TableMetadata } from '../metadata/table-metadata.ts';
import type { TableUpdate } from '../metadata/table-updates.ts';

/** What becomes of the table's files. */
export interface SnapshotPlan {
  readonly operation: 'append' | 'overwrite' | 'replace' | 'delete';
  /** Gone through once. */
  readonly added: Iterable<DataFile> | AsyncIterable<DataFile>;
  /** Paths of files that the table no longer has. */
  readonly removedPaths: ReadonlySet<string>;
  /** Facts beside those that every writer gives, for people. */
  readonly summary: Readonly<Record<string, string>>;
  /** Facts for the header of the snapshot's list of manifests: unlike its summary they are in no file that each commit writes again. */
  readonly facts?: ListFacts;
}

export interface StageOptions {
  readonly files: TableFiles;
  /** Where metadata goes: a key that ends in `/`. */
  readonly metadataPrefix: string;
  /** Unique to this try: part of the names of all that it writes. */
  readonly tryId: string;
  readonly snapshotId: bigint;
  readonly nowMs: number;
  /** Small manifests are merged from so many on; left out: as a commit between others does it. */
  readonly manifestsMin?: number;
}

export interface StagedSnapshot {
  readonly snapshot: Snapshot;
  readonly updates: readonly TableUpdate[];
  readonly requirements: readonly TableRequirement[];
  /** Paths that were to be removed and that the table does not have. */
  readonly missing: readonly string[];
}

/** Writes the manifests and the list of a snapshot that follows the current one; nobody sees it before it is committed. */
export async function stageSnapshot(
  metadata: TableMetadata,
  plan: SnapshotPlan,
  options: StageOptions,
): Promise<StagedSnapshot> {
  const stage = stageOf(metadata, options);
  const parent = currentSnapshot(metadata);
  const before = (await readManifests(parent, options.files)).filter(hasFiles);
  const removal = await stageRemoved(before, plan.removedPaths, stage);
  const addition = await stageAdded(plan.added, stage);
  const merged = await mergeManifests([...addition.manifests, ...removal.manifests], stage, options.manifestsMin);
  const changes = { added: addition.tally, removed: removal.tally };
  const snapshot = {
    ...snapshotOf(metadata, stage, options.nowMs),
    summary: { ...summaryOf(plan.operation, changes, parent), ...plan.summary },
  };
  const list = await writeList(writeManifestList(merged, snapshot, plan.facts), snapshot, options);
  const change = changeOf({ ...snapshot, 'manifest-list': list }, { metadata, nowMs: options.nowMs });
  return { ...change, missing: removal.missing };
}

function stageOf(metadata: TableMetadata, { files, metadataPrefix, tryId, snapshotId }: StageOptions): Stage {
  let count = 0;
  return {
    metadata,
    files,
    snapshotId,
    sequenceNumber: metadata['last-sequence-number'] + 1,
    newManifestKey: () => `${metadataPrefix}${tryId}-m${count++}.avro`,
  };
}

/** A manifest of files that were deleted in its own snapshot says nothing to the next. */
function hasFiles({ added_files_count: added, existing_files_count: existing }: ManifestFile): boolean {
  return added + existing > 0;
}

function snapshotOf(metadata: TableMetadata, { snapshotId, sequenceNumber }: Stage, nowMs: number) {
  const parentId = metadata['current-snapshot-id'];
  return {
    'snapshot-id': snapshotId,
    ...(parentId !== undefined && { 'parent-snapshot-id': parentId }),
    'sequence-number': sequenceNumber,
    'timestamp-ms': Math.max(nowMs, metadata['last-updated-ms']),
    'schema-id': metadata['current-schema-id'],
  };
}

async function writeList(
  list: Buffer,
  snapshot: Pick<Snapshot, 'snapshot-id'>,
  { files, metadataPrefix, tryId }: StageOptions,
): Promise<string> {
  return files.write(`${metadataPrefix}snap-${snapshot['snapshot-id']}-1-${tryId}.avro`, list);
}

function changeOf(
  snapshot: Snapshot,
  { metadata, nowMs }: { readonly metadata: TableMetadata; readonly nowMs: number },
): Omit<StagedSnapshot, 'missing'> {
  const id = snapshot['snapshot-id'];
  const expired = expiredSnapshots(metadata, nowMs);
  return {
    snapshot,
    updates: [
      { action: 'add-snapshot', snapshot },
      { action: 'set-snapshot-ref', 'ref-name': mainBranch, type: 'branch', 'snapshot-id': id },
      ...(expired.length > 0 ? [{ action: 'remove-snapshots' as const, 'snapshot-ids': expired }] : []),
    ],
    requirements: sameSnapshot(metadata),
  };
}
