import { PipelineError } from '../../runtime/errors.ts';
import { forgetTopicStart } from '../ledger/topic-start.ts';
import type { Catalog } from '../ports/lake.ts';
import { adoptedByParameter } from '../table/shared-table.ts';
import { targetsOf, type SnapshotTools } from './snapshot-tools.ts';
import { positionsOf } from './table-positions.ts';

/** The Hive table that is adopted, and the tools of the table to be. */
export interface MarkOptions {
  readonly source: string;
  readonly hive: Catalog;
  readonly tools: SnapshotTools;
}

/** Changes of a table by others that are taken in before giving up. */
const conflictsMax = 10;

/** Says in the Hive table that its files are another table's, too. The mark of a table that has adopted them before says the same, and stays. */
export async function markAdopted({ source, hive, tools }: MarkOptions): Promise<void> {
  const { table } = tools;
  const found = await hive.load(source);
  if (found === undefined) throw sourceMissing(source);
  const other = found.parameters[adoptedByParameter];
  if (other === table || (other !== undefined && (await isAdopted({ ...tools, table: other })))) return;
  const parameters = { [adoptedByParameter]: table };
  const change = { table: source, expectedVersion: found.version, addColumns: [], parameters };
  if ((await hive.evolve(change)) === 'conflict') throw contended(source);
}

/** How a start is noted that was decided for this adoption. */
export function adoptedFrom(source: string): string {
  return `adopted from ${source}`;
}

/**
 * Takes back what was said, and where the new ledger was to begin, after the adoption was refused: else replays and upkeep of the Hive table would be
 * refused for ever. Where the new tables have files of it, or may still get some, the mark stays. Commits that are under way, of this call or
 * another, are refused by a change of the new tables.
 */
export async function takeBackMark(options: MarkOptions): Promise<void> {
  const { source, hive, tools } = options;
  if (!(await refuseOthers(tools))) return;
  const found = await hive.load(source);
  if (found?.parameters[adoptedByParameter] !== tools.table) return;
  const removeParameters = [adoptedByParameter];
  const change = { table: source, expectedVersion: found.version, addColumns: [], removeParameters };
  if ((await hive.evolve(change)) === 'conflict') throw contended(source);
  // another call may have met the mark, and have begun its commit since
  const isOver = await refuseOthers(tools).catch(() => false);
  if (isOver) await forgetStart(options);
  else await markAdopted(options);
}

async function forgetStart({ source, tools }: MarkOptions): Promise<void> {
  const { ledger, store, table, topic } = tools;
  const start = await ledger.decidedStart({ table, topic });
  if (start?.chosen !== adoptedFrom(source) || (await ledger.partitions({ table, topic })).length > 0) return;
  await forgetTopicStart(store, { table, topic });
}

/** True when one of the tables has files of the topic. */
async function isAdopted({ iceberg, table, topic }: SnapshotTools): Promise<boolean> {
  const tables = await Promise.all(targetsOf(table).map(({ name }) => iceberg.load(name)));
  return tables.some((each) => each !== undefined && positionsOf(each.metadata, topic).size > 0);
}

/** Changes each of the new tables, so that no commit of before is taken; false when one has taken in files meanwhile. */
async function refuseOthers({ iceberg, table, topic, clock }: SnapshotTools): Promise<boolean> {
  for (const { name } of targetsOf(table)) {
    for (let conflicts = 0; ; conflicts++) {
      const loaded = await iceberg.load(name);
      if (loaded === undefined) break;
      if (positionsOf(loaded.metadata, topic).size > 0 || conflicts === conflictsMax) return false;
      const updates = { 'glueless.adoption-refused-at': new Date(clock.nowMs()).toISOString() };
      const change = { requirements: [], updates: [{ action: 'set-properties' as const, updates }] };
      if ((await iceberg.commit(loaded, change)).kind === 'committed') break;
    }
  }
  return true;
}

export function sourceMissing(table: string): PipelineError {
  return new PipelineError('TABLE_MISSING', {
    message: `there is no table ${table} in the catalog`,
    retryable: false,
    details: { table },
    hint: 'set LAKE_TABLE to the table that is to be adopted, and LAKE_DATABASE to its database',
  });
}

export function contended(table: string): PipelineError {
  return new PipelineError('CATALOG_CONTENDED', {
    message: `the table ${table} was changed by others while it was being adopted`,
    retryable: true,
    details: { table },
  });
}
