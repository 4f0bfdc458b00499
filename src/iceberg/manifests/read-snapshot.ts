import { mapAhead, readsAtOnce } from '../../runtime/concurrency.ts';
import { fileStatus, readManifest, type ManifestEntry } from './manifest.ts';
import { readListFacts, readManifestList, type ListFacts, type ManifestFile } from './manifest-list.ts';
import type { TableFiles } from './table-files.ts';
import type { Snapshot } from '../metadata/table-metadata.ts';

/** What a manifest holds. */
export const manifestContent = { data: 0, deletes: 1 } as const;

/** Reads the snapshot's list of manifests; `undefined` is a table without a snapshot. */
export async function readManifests(snapshot: Snapshot | undefined, files: TableFiles): Promise<ManifestFile[]> {
  if (snapshot === undefined) return [];
  const uri = snapshot['manifest-list'];
  return readManifestList(await files.read(uri), uri);
}

/** Reads the snapshot's list of manifests with what its writer has noted in the header. */
export async function readList(
  snapshot: Snapshot,
  files: TableFiles,
): Promise<{ readonly manifests: ManifestFile[]; readonly facts: ListFacts }> {
  const uri = snapshot['manifest-list'];
  const bytes = await files.read(uri);
  return { manifests: readManifestList(bytes, uri), facts: readListFacts(bytes, uri) };
}

/** Reads what its writer has noted in the header of the snapshot's list of manifests. */
export async function readSnapshotFacts(snapshot: Snapshot, files: TableFiles): Promise<ListFacts> {
  const uri = snapshot['manifest-list'];
  return readListFacts(await files.read(uri), uri);
}

/** Entries of one manifest that are part of the table: decoded anew each time that somebody goes through them. */
export interface LiveEntries {
  readonly manifest: ManifestFile;
  readonly entries: Iterable<ManifestEntry>;
}

/** Reads the manifests, a few ahead, in their order. */
export function readLiveEntries(manifests: Iterable<ManifestFile>, files: TableFiles): AsyncIterable<LiveEntries> {
  return mapAhead(manifests, readsAtOnce, (manifest) => readManifestEntries(manifest, files));
}

/** Reads one manifest. */
export async function readManifestEntries(manifest: ManifestFile, files: TableFiles): Promise<LiveEntries> {
  const bytes = await files.read(manifest.manifest_path);
  return { manifest, entries: { [Symbol.iterator]: () => liveIn(bytes, manifest) } };
}

function* liveIn(bytes: Uint8Array, manifest: ManifestFile): Generator<ManifestEntry, void> {
  for (const entry of readManifest(bytes, manifest)) if (entry.status !== fileStatus.deleted) yield entry;
}

/** Reads the entries of all data files of the snapshot, one by one: there may be a hundred thousand. Files of deletes are left out. */
export async function* readDataFiles(
  snapshot: Snapshot | undefined,
  files: TableFiles,
): AsyncGenerator<ManifestEntry, void> {
  const manifests = await readManifests(snapshot, files);
  const ofData = manifests.filter(({ content }) => content === manifestContent.data);
  for await (const { entries } of readLiveEntries(ofData, files)) yield* entries;
}
