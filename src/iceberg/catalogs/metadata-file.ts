import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '../../consumer/ports/lake.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { LoadedTable } from '../iceberg-catalog.ts';
import { keyOfUri } from '../object-uri.ts';
import {
  readTableMetadata,
  serializeTableMetadata,
  withMetadataLog,
  type TableMetadata,
} from '../metadata/table-metadata.ts';
import { applyUpdates, type TableUpdate } from '../metadata/table-updates.ts';
import { withoutUnusedSchemas } from '../metadata/unused-schemas.ts';

/** A metadata file that no catalog points to yet. */
export interface StagedMetadata {
  readonly metadata: TableMetadata;
  readonly location: string;
}

/** Reads the metadata file that the catalog points to. Rejects with CATALOG_CORRUPT when it is not there or damaged. */
export async function readMetadataFile(store: ObjectStore, table: string, location: string): Promise<TableMetadata> {
  const stored = await store.get(keyOfUri(store, location));
  if (stored === undefined)
    throw new PipelineError('CATALOG_CORRUPT', {
      message: `the catalog says that the metadata of the table ${table} is ${location}, and it is not there`,
      retryable: false,
      details: { table, location },
      hint: 'the file was deleted beside the catalog: restore it, or point metadata_location to the newest file that is left',
    });
  return readTableMetadata(stored.bytes, location);
}

/** Writes the metadata of a new table, under a name that nobody else takes. */
export async function stageNewTable(
  store: ObjectStore,
  updates: readonly TableUpdate[],
  nowMs: number,
): Promise<StagedMetadata> {
  return stage(store, applyUpdates(undefined, updates, nowMs), 0);
}

/** Writes the metadata that would follow the base's, under a name that nobody else takes. */
export async function stageUpdates(
  store: ObjectStore,
  base: LoadedTable,
  { updates, nowMs }: { readonly updates: readonly TableUpdate[]; readonly nowMs: number },
): Promise<StagedMetadata> {
  const previous = { location: base.metadataLocation, updatedMs: base.metadata['last-updated-ms'] };
  const next = withoutUnusedSchemas(applyUpdates(base.metadata, updates, nowMs));
  return stage(store, withMetadataLog(next, previous), versionOf(base.metadataLocation) + 1);
}

/** Tells whether the table was made from that metadata file, or from one that followed it and still remembers it. */
export function descendsFrom({ metadata, metadataLocation }: LoadedTable, location: string): boolean {
  return metadataLocation === location || metadata['metadata-log'].some((entry) => entry['metadata-file'] === location);
}

/**
 * Deletes the metadata files that the committed metadata no longer remembers, where the table says so. What can't be deleted stays: nobody
 * needs it, and nobody misses it.
 */
export async function discardForgotten(
  store: ObjectStore,
  before: TableMetadata,
  committed: TableMetadata,
): Promise<void> {
  if (committed.properties['write.metadata.delete-after-commit.enabled'] !== 'true') return;
  const kept = new Set(committed['metadata-log'].map((entry) => entry['metadata-file']));
  const forgotten = before['metadata-log'].map((entry) => entry['metadata-file']).filter((file) => !kept.has(file));
  try {
    await store.delete(forgotten.map((file) => keyOfUri(store, file)));
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
  }
}

async function stage(store: ObjectStore, metadata: TableMetadata, version: number): Promise<StagedMetadata> {
  const folder = metadata.properties['write.metadata.path'] ?? `${metadata.location.replace(/\/$/, '')}/metadata`;
  const location = `${folder}/${String(version).padStart(5, '0')}-${randomUUID()}.metadata.json`;
  const bytes = Buffer.from(serializeTableMetadata(metadata));
  // a refusal is the answer of our own first try: nobody else has this name
  await store.put(keyOfUri(store, location), bytes, { ifAbsent: true });
  return { metadata, location };
}

/** Names of metadata files begin with a number that grows, for those who look at them. */
function versionOf(location: string): number {
  return Number(/\/v?(\d+)[^/]*$/.exec(location)?.[1] ?? 0);
}
