import type { LoadedTable } from '../../iceberg/iceberg-catalog.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { noteTable, notedTable } from '../ledger/notes/table-note.ts';
import { checkHistory } from './check-history.ts';
import type { SnapshotTools } from './snapshot-tools.ts';

type LoadTools = Pick<SnapshotTools, 'iceberg' | 'store' | 'ledger' | 'table' | 'topic'>;

/** Loads the table as `loadKnown` does, and notes which one it is, where nobody has. */
export async function loadTable(
  name: string,
  tools: LoadTools & Pick<SnapshotTools, 'clock'>,
): Promise<LoadedTable | undefined> {
  const { store, clock } = tools;
  const { table, isNoted } = await loadNoted(name, tools);
  if (table === undefined || isNoted) return table;
  const tableUuid = table.metadata['table-uuid'];
  const notedAt = new Date(clock.nowMs()).toISOString();
  const noted = await noteTable(store, tools, { name, tableUuid, notedAt });
  if (noted !== tableUuid) throw recreated(name, noted, tableUuid);
  return table;
}

/**
 * Loads the table that the ledger was written for; `undefined` where none was made yet. Rejects with TABLE_MISSING when it was dropped, with
 * TABLE_RECREATED when another one has its name, with TABLE_ROLLED_BACK when it was set back. Changes nothing.
 */
export async function loadKnown(name: string, tools: LoadTools): Promise<LoadedTable | undefined> {
  return (await loadNoted(name, tools)).table;
}

async function loadNoted(name: string, tools: LoadTools) {
  const { iceberg, store } = tools;
  const [table, noted] = await Promise.all([iceberg.load(name), notedTable(store, tools, name)]);
  if (table === undefined && noted !== undefined) throw dropped(name);
  if (table === undefined) return { table, isNoted: false };
  const tableUuid = table.metadata['table-uuid'];
  if (noted !== undefined && noted !== tableUuid) throw recreated(name, noted, tableUuid);
  await checkHistory(table, tools);
  return { table, isNoted: noted !== undefined };
}

function dropped(name: string): PipelineError {
  return new PipelineError('TABLE_MISSING', {
    message: `the table ${name} is not in the catalog, though the ledger was written for it: it was dropped, or LAKE_DATABASE is another one`,
    retryable: false,
    details: { table: name },
    hint: 'register its newest metadata file again (`<table>/metadata/`), or set LAKE_TABLE to a new name',
  });
}

function recreated(name: string, noted: string, found: string): PipelineError {
  return new PipelineError('TABLE_RECREATED', {
    message: `the table ${name} is not the one that the ledger was written for: its UUID is ${found} and was ${noted}`,
    retryable: false,
    details: { table: name },
    hint: 'register the metadata of the table before, or set LAKE_TABLE to a new name: what the ledger has written is not in the new table',
  });
}
