import type { LoadedTable } from '../../../iceberg/iceberg-catalog.ts';
import { defaultSpec } from '../../../iceberg/metadata/table-metadata.ts';
import { isExpired, raiseExpiry } from '../../ledger/notes/expired-days.ts';
import { topicOfFile } from '../../ledger/keys/object-keys.ts';
import { loadTable } from '../../snapshot/load-table.ts';
import { tablesOf } from '../../table/dead-letters/topic-tables.ts';
import { adoptedRowsOf, withAdoptedRows } from '../../snapshot/table-positions.ts';
import { changeFiles } from '../../snapshot/change-files.ts';
import { expiryRefused, withoutDays } from '../expiry-refused.ts';
import { readState, type TableFile } from './table-state.ts';
import type { Upkeep, UpkeepObserver } from '../upkeep.ts';
import type { UpkeepTools } from './upkeep-tools.ts';

/**
 * Removes the partitions of expired days by one `delete` snapshot of each table. The day is noted in the ledger first, so that nobody misses
 * what goes. The files stay as objects until no snapshot names them. Rejects with EXPIRY_REFUSED when nothing would be left.
 */
export async function removeExpired(
  before: string,
  { upkeep, observe }: { readonly upkeep: Upkeep; readonly observe: UpkeepObserver },
  tools: UpkeepTools,
): Promise<void> {
  const { store, clock } = tools;
  const rows = await loadTable(tools.table, tools);
  if (rows === undefined) return;
  if (defaultSpec(rows.metadata).fields.length === 0) throw withoutDays(tools.table);
  const isGoing = ({ partition }: Pick<TableFile, 'partition'>): boolean => isExpired(partition, before);
  let hasDaysThatStay = false;
  const going = await readState(rows, store, (file) => {
    hasDaysThatStay ||= !isGoing(file);
    return isGoing(file);
  });
  if (going.files.size > 0 && !hasDaysThatStay) throw expiryRefused(tools.table, { before, nowMs: clock.nowMs() });
  const notedAt = new Date(clock.nowMs()).toISOString();
  if (!upkeep.isDryRun) await raiseExpiry(store, tools.table, { before, notedAt });
  for (const { name } of tablesOf(tools.table)) {
    let expired: readonly TableFile[] = [];
    const plan = async (table: LoadedTable) => {
      expired = [...(await readState(table, store, isGoing)).files.values()];
      if (expired.length === 0) return undefined;
      return {
        operation: 'delete' as const,
        added: [],
        removedPaths: new Set(expired.map(({ uri }) => uri)),
        properties: adoptedRowsWithout(expired, table, tools.topic),
      };
    };
    if (upkeep.isDryRun) {
      const table = await loadTable(name, tools);
      if (table !== undefined) await plan(table);
    } else if ((await changeFiles(name, plan, tools)).table === undefined) continue;
    if (expired.length > 0) observe({ kind: 'partitions-removed', table: name, before, ...sumUp(expired) });
  }
}

/** Rows that were adopted are counted by a property for each topic: no entry of the table's own ledger lists them. */
function adoptedRowsWithout(
  files: readonly TableFile[],
  { name, metadata }: LoadedTable,
  own: string,
): Record<string, string> {
  const gone = new Map<string, number>();
  for (const { key, rows } of files) {
    if (key.startsWith(`${name}/`)) continue;
    const topic = topicOfFile(key) ?? own;
    gone.set(topic, (gone.get(topic) ?? 0) + rows);
  }
  const left = [...gone].flatMap(([topic, rows]) => {
    const adopted = adoptedRowsOf(metadata, topic);
    return adopted === 0 ? [] : Object.entries(withAdoptedRows(topic, adopted - rows));
  });
  return Object.fromEntries(left);
}

function sumUp(files: readonly TableFile[]) {
  const partitions = new Set(files.map(({ partition }) => partition.join('/')));
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  return { partitions: partitions.size, files: files.length, rows };
}
