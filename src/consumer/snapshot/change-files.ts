import type { LoadedTable, TableChange } from '../../iceberg/iceberg-catalog.ts';
import type { SnapshotPlan, StagedSnapshot } from '../../iceberg/stage/stage-snapshot.ts';
import type { TableUpdate } from '../../iceberg/metadata/table-updates.ts';
import { retry } from '../../runtime/retry.ts';
import { stage } from './commit-snapshot.ts';
import { loadTable } from './load-table.ts';
import type { SnapshotTools } from './snapshot-tools.ts';
import { positionsProperty, snapshotProperty } from './table-positions.ts';
import { changedByOthers } from '../ports/catalog-rules.ts';
import { conflictsMax } from './conflicts.ts';

/** What a snapshot of upkeep does to the files of the table that it was planned for. */
export interface FileChange extends Pick<SnapshotPlan, 'operation' | 'added' | 'removedPaths'> {
  /** Properties that change with the files. */
  readonly properties?: Readonly<Record<string, string>>;
}

const patience = { attemptsMax: 5, totalMs: 120_000, delayMs: 500, delayMaxMs: 10_000 };

/** Small manifests are merged from so many on. */
export const manifestsMin = 10;

/**
 * Commits a snapshot that `plan` makes of the table as it is, and plans anew whenever others have changed it meanwhile: what was read
 * before is never taken for what is there. A retryable failure leaves the outcome open: it is tried again from the table as it is then,
 * and what a try has written stays.
 */
export async function changeFiles(
  name: string,
  plan: (table: LoadedTable) => Promise<FileChange | undefined>,
  tools: SnapshotTools,
): Promise<ChangeOutcome> {
  let isOpen = false;
  const changeOnce = async (): Promise<ChangeOutcome> => {
    try {
      const table = await tryChange(name, plan, tools);
      return { isOpen, ...(table !== undefined && { table }) };
    } catch (error) {
      isOpen = true;
      throw error;
    }
  };
  return retry(changeOnce, { ...patience, clock: tools.clock, random: Math.random });
}

export interface ChangeOutcome {
  /** The table that was changed; left out when there was nothing to do. */
  readonly table?: LoadedTable;
  /** A try was answered by a failure, and may have changed the table, too, or still do so. */
  readonly isOpen: boolean;
}

/** Commits a snapshot that changes no file: every commit that was begun before it is refused, also by a process that was frozen since. */
export async function fence(name: string, tools: SnapshotTools): Promise<void> {
  await changeFiles(name, async () => ({ operation: 'replace', added: [], removedPaths: new Set() }), tools);
}

async function tryChange(
  name: string,
  plan: (table: LoadedTable) => Promise<FileChange | undefined>,
  tools: SnapshotTools,
): Promise<LoadedTable | undefined> {
  for (let conflicts = 0; conflicts < conflictsMax; conflicts++) {
    const table = await loadTable(name, tools);
    if (table === undefined) return undefined;
    const change = await plan(table);
    if (change === undefined) return undefined;
    const { properties = {}, ...files } = change;
    const staged = await stage(table, { ...files, summary: { 'glueless.upkeep': files.operation } }, tools, {
      manifestsMin,
    });
    if (staged.missing.length > 0) continue;
    const set = { ...startOf(table), ...properties };
    if ((await tools.iceberg.commit(table, changeOf(staged, set))).kind === 'committed') return table;
  }
  throw changedByOthers(name, conflictsMax);
}

/** A table with a snapshot of ours says how far it holds the ledger, also before it holds any of it. */
function startOf({ metadata: { properties } }: LoadedTable): Readonly<Record<string, string>> {
  return properties[positionsProperty] === undefined ? { [positionsProperty]: '{}' } : {};
}

/**
 * Positions are left as they are: what is not said can't set them back. The snapshot is noted as ours, so that one that others have
 * expired is not missed.
 */
function changeOf(
  { snapshot, updates, requirements }: StagedSnapshot,
  properties: Readonly<Record<string, string>>,
): TableChange {
  const set: TableUpdate = {
    action: 'set-properties',
    updates: { ...properties, [snapshotProperty]: String(snapshot['snapshot-id']) },
  };
  return { requirements, updates: [...updates, set] };
}
