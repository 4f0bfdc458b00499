import { expiredSnapshots } from '../../../iceberg/metadata/expire-snapshots.ts';
import type { LoadedTable } from '../../../iceberg/iceberg-catalog.ts';
import { readManifests } from '../../../iceberg/manifests/read-snapshot.ts';
import { smallManifests } from '../../../iceberg/stage/stage-manifests.ts';
import { TableFiles } from '../../../iceberg/manifests/table-files.ts';
import { currentSnapshot } from '../../../iceberg/metadata/table-metadata.ts';
import { sameSnapshot } from '../../../iceberg/metadata/table-requirements.ts';
import { loadTable } from '../../snapshot/load-table.ts';
import { changeFiles, manifestsMin } from '../../snapshot/change-files.ts';
import type { Upkeep, UpkeepObserver } from '../upkeep.ts';
import type { UpkeepTools } from './upkeep-tools.ts';

export interface TrimOptions {
  readonly upkeep: Upkeep;
  readonly observe: UpkeepObserver;
}

/** Merges the manifests of a table that has many small ones. */
export async function mergeTableManifests(
  name: string,
  { upkeep, observe }: TrimOptions,
  tools: UpkeepTools,
): Promise<void> {
  const table = await loadTable(name, tools);
  if (table === undefined) return;
  const small = await countSmall(table, tools);
  if (small < manifestsMin) return;
  if (!upkeep.isDryRun) {
    const nothing = { operation: 'replace' as const, added: [], removedPaths: new Set<string>() };
    const changed = await changeFiles(
      name,
      async (now) => ((await countSmall(now, tools)) < manifestsMin ? undefined : nothing),
      tools,
    );
    if (changed.table === undefined) return;
  }
  observe({ kind: 'manifests-merged', table: name, manifests: small });
}

async function countSmall({ metadata }: LoadedTable, { store }: UpkeepTools): Promise<number> {
  const manifests = await readManifests(currentSnapshot(metadata), new TableFiles(store));
  return smallManifests(manifests, metadata).length;
}

/**
 * Takes snapshots out of the metadata that the table's properties no longer keep, if no commit has done it. A conflict is no failure: the
 * other commit has done it, too.
 */
export async function expireSnapshots(
  name: string,
  { upkeep, observe }: TrimOptions,
  tools: UpkeepTools,
): Promise<void> {
  const table = await loadTable(name, tools);
  if (table === undefined) return;
  const { metadata } = table;
  const expired = expiredSnapshots(metadata, tools.clock.nowMs());
  if (expired.length === 0) return;
  if (!upkeep.isDryRun) {
    const outcome = await tools.iceberg.commit(table, {
      requirements: sameSnapshot(metadata),
      updates: [{ action: 'remove-snapshots', 'snapshot-ids': expired }],
    });
    if (outcome.kind === 'conflict') return;
  }
  observe({ kind: 'snapshots-expired', table: name, snapshots: expired.length });
}
