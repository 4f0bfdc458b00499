import { mapConcurrently } from '../runtime/concurrency.ts';
import { fileStatus, readManifest, type ManifestEntry } from './manifest.ts';
import { readManifestList, type ManifestFile } from './manifest-list.ts';
import type { TableFiles } from './table-files.ts';
import type { Snapshot } from './table-metadata.ts';

const readsMax = 16;

/** What a manifest holds. */
export const manifestContent = { data: 0, deletes: 1 } as const;

/** Reads the snapshot's list of manifests; `undefined` is a table without a snapshot. */
export async function readManifests(snapshot: Snapshot | undefined, files: TableFiles): Promise<ManifestFile[]> {
  if (snapshot === undefined) return [];
  const uri = snapshot['manifest-list'];
  return readManifestList(await files.read(uri), uri);
}

/** Reads the entries of a manifest that are part of the table. */
export async function readLiveEntries(manifest: ManifestFile, files: TableFiles): Promise<ManifestEntry[]> {
  const entries = readManifest(await files.read(manifest.manifest_path), manifest);
  return entries.filter(({ status }) => status !== fileStatus.deleted);
}

/** Reads the entries of all data files of the snapshot. Files of deletes are left out. */
export async function readDataFiles(snapshot: Snapshot | undefined, files: TableFiles): Promise<ManifestEntry[]> {
  const manifests = await readManifests(snapshot, files);
  const ofData = manifests.filter(({ content }) => content === manifestContent.data);
  return (await mapConcurrently(ofData, readsMax, (manifest) => readLiveEntries(manifest, files))).flat();
}
