import type { LoadedTable } from '../../iceberg/iceberg-catalog.ts';
import { forgetTable, notedTable } from '../ledger/notes/table-note.ts';
import { adoptedFrom, forgetTopicStart } from '../ledger/notes/topic-start.ts';
import type { Catalog } from '../ports/lake.ts';
import { adoptedByParameter } from '../table/catalog/shared-table.ts';
import type { SnapshotTools } from '../snapshot/snapshot-tools.ts';
import { adoptedElsewhere, contended } from './adoption-refusals.ts';
import { tablesOf } from '../table/dead-letters/topic-tables.ts';
import { topicsOf } from '../snapshot/table-positions.ts';

/** The Hive table that is adopted, and the tools of the table to be. */
export interface MarkOptions {
  readonly source: string;
  readonly hive: Catalog;
  readonly tools: SnapshotTools;
}

/** Changes of a table by others that are taken in before giving up. */
const conflictsMax = 10;

/**
 * Says in the Hive table that its files are another table's, too; there is none yet where nothing was ever written. What a call before had decided,
 * which died, is taken back first, unless the new tables may have files since then. Rejects with TABLE_MISMATCH when the mark is another table's.
 */
export async function markAdopted(options: MarkOptions): Promise<void> {
  const { source, hive, tools } = options;
  const found = await hive.load(source);
  const other = found?.parameters[adoptedByParameter];
  if (other !== undefined && other !== tools.table) throw adoptedElsewhere(source, other);
  await takeBackMark(options);
  await setMark(options);
}

async function setMark({ source, hive, tools }: MarkOptions): Promise<void> {
  const found = await hive.load(source);
  const other = found?.parameters[adoptedByParameter];
  if (found === undefined || other === tools.table) return;
  if (other !== undefined) throw adoptedElsewhere(source, other);
  const parameters = { [adoptedByParameter]: tools.table };
  const change = { table: source, expectedVersion: found.version, addColumns: [], parameters };
  if ((await hive.evolve(change)) === 'conflict') throw contended(source);
}

/**
 * Takes back what was said, and where the new ledger was to begin, after the adoption was refused or its process died: else replays and upkeep of the
 * Hive table would be refused for ever, and rows that came since would be read from Kafka again. Where the new tables have files of it, or may still get
 * some, all stays. Commits that are under way, of this call or another, are refused by a change of the new tables.
 */
export async function takeBackMark(options: MarkOptions): Promise<void> {
  const { ledger, table, topic } = options.tools;
  const { source } = options;
  if (await ledger.isClosedFor({ table: source, topic, successor: table })) return;
  if (!(await refuseOthers(options))) return;
  const isTaken = await removeMark(options);
  // another call may have met the mark, and have begun its commit since
  const isOver = await refuseOthers(options).catch(() => false);
  if (isOver) await forgetDecisions(options);
  else if (isTaken) await setMark(options);
}

async function removeMark({ source, hive, tools }: MarkOptions): Promise<boolean> {
  const found = await hive.load(source);
  if (found?.parameters[adoptedByParameter] !== tools.table) return false;
  const removeParameters = [adoptedByParameter];
  const change = { table: source, expectedVersion: found.version, addColumns: [], removeParameters };
  if ((await hive.evolve(change)) === 'conflict') throw contended(source);
  return true;
}

async function forgetDecisions({ source, tools }: MarkOptions): Promise<void> {
  const { ledger, store, table, topic } = tools;
  const start = await ledger.decidedStart({ table, topic });
  if (start?.chosen !== adoptedFrom(source) || (await ledger.partitions({ table, topic })).length > 0) return;
  await forgetTopicStart(store, { table, topic });
  for (const { name } of tablesOf(table)) await forgetTable(store, { table, topic }, name);
}

/**
 * Changes each of the new tables, so that no commit of before is taken. False when one has files of the Hive table, or may have some in another
 * catalog than the one at hand.
 */
async function refuseOthers(options: MarkOptions): Promise<boolean> {
  const { iceberg, store, table, topic, clock } = options.tools;
  for (const { name } of tablesOf(table)) {
    const noted = await notedTable(store, { table, topic }, name);
    for (let conflicts = 0; ; conflicts++) {
      const loaded = await iceberg.load(name);
      if (noted !== undefined && noted !== loaded?.metadata['table-uuid']) return false;
      if (loaded === undefined) break;
      if (conflicts === conflictsMax || (await hasFiles(loaded, options))) return false;
      const updates = { 'glueless.adoption-refused-at': new Date(clock.nowMs()).toISOString() };
      const change = { requirements: [], updates: [{ action: 'set-properties' as const, updates }] };
      if ((await iceberg.commit(loaded, change)).kind === 'committed') break;
    }
  }
  return true;
}

/** True when the table has files of the topic, or of another one of the Hive table. */
async function hasFiles({ metadata }: LoadedTable, { source, tools }: MarkOptions): Promise<boolean> {
  const { ledger, table, topic } = tools;
  for (const each of topicsOf(metadata)) {
    if (each === topic) return true;
    const start = await ledger.decidedStart({ table, topic: each });
    if (start?.chosen === adoptedFrom(source)) return true;
  }
  return false;
}
