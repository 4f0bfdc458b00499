import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { readMetadataFile } from '../../src/iceberg/catalogs/metadata-file.ts';
import { readDataFiles } from '../../src/iceberg/manifests/read-snapshot.ts';
import { TableFiles } from '../../src/iceberg/manifests/table-files.ts';
import { currentSnapshot } from '../../src/iceberg/metadata/table-metadata.ts';
import { metadataLocationOf } from '../../src/iceberg/metadata/table-parameters.ts';
import { createLocalObjectStore } from '../../src/lake/store/local-object-store.ts';

const waitMsMax = 180_000;

interface Pointer {
  readonly location: string;
  /** When readers could follow it. */
  readonly sinceMs: number;
}

/**
 * Tells when each file of an Iceberg table in a folder became part of it, by its path: when the catalog first pointed to metadata whose snapshot
 * has the file. Each pointer is a file of its own, whose change time is the link to its final name.
 */
export async function visibleSince(lake: string, table: string): Promise<ReadonlyMap<string, number>> {
  const store = createLocalObjectStore({ root: lake });
  const since = new Map<string, number>();
  for (const { location, sinceMs } of await pointersOf(lake, table)) {
    const snapshot = currentSnapshot(await readMetadataFile(store, table, location));
    for await (const { data_file: file } of readDataFiles(snapshot, new TableFiles(store))) {
      const path = fileURLToPath(file.file_path);
      if (!since.has(path)) since.set(path, sinceMs);
    }
  }
  return since;
}

/** Resolves when the table's current snapshot has that many rows. */
export async function untilSnapshotRows(lake: string, table: string, rows: number): Promise<void> {
  const store = createLocalObjectStore({ root: lake });
  const deadlineMs = performance.now() + waitMsMax;
  for (;;) {
    const newest = (await pointersOf(lake, table)).at(-1);
    const snapshot = newest && currentSnapshot(await readMetadataFile(store, table, newest.location));
    if (Number(snapshot?.summary?.['total-records'] ?? 0) >= rows) return;
    if (performance.now() > deadlineMs) throw new Error(`${table} did not come to ${rows} rows`);
    await delay(200);
  }
}

/** What the catalog has pointed to, oldest first. */
async function pointersOf(lake: string, table: string): Promise<Pointer[]> {
  const folder = join(lake, '_catalog');
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const versions = names.flatMap((name) => {
    const found = new RegExp(String.raw`(?:^|/)${RegExp.escape(table)}\.json(?:@(\d+))?$`).exec(name);
    return found === null ? [] : [{ path: join(folder, name), version: Number(found[1] ?? 1) }];
  });
  return Promise.all(
    versions
      .toSorted((one, other) => one.version - other.version)
      .map(async ({ path }) => {
        const { parameters } = Object(JSON.parse(await readFile(path, 'utf8')));
        return { location: metadataLocationOf(table, parameters), sinceMs: (await stat(path)).ctimeMs };
      }),
  );
}
