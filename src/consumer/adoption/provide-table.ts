import type { LoadedTable } from '../../iceberg/iceberg-catalog.ts';
import { noteTable, notedTable } from '../ledger/notes/table-note.ts';
import type { Catalog, TableDefinition } from '../ports/lake.ts';
import type { SnapshotTools } from '../snapshot/snapshot-tools.ts';
import { growthTo } from '../table/catalog/growth-to.ts';
import { adoptedByParameter } from '../table/catalog/shared-table.ts';
import { contended, sourceMissing, unsuitable } from './adoption-refusals.ts';

export interface ProvideOptions {
  /** The catalog of the Hive table. */
  readonly hive: Catalog;
  /** The Iceberg tables as tables. */
  readonly tables: Catalog;
  /** The tools of the table to be. */
  readonly tools: SnapshotTools;
}

/** Makes the table if it is not there, without files, and notes that the ledger is its. */
export async function provideTable(
  { source, name }: { readonly source: string; readonly name: string },
  { hive, tables, tools }: ProvideOptions,
): Promise<LoadedTable> {
  const { iceberg, store, clock, table: ledgerTable, topic } = tools;
  const definition = await hive.load(source);
  if (definition === undefined) throw sourceMissing(source);
  const { columns, partitionKeys, parameters } = definition;
  const own = Object.entries(parameters).filter(([key]) => key.startsWith('glueless.') && key !== adoptedByParameter);
  await tables.create({
    name,
    columns,
    partitionKeys,
    location: store.uri(`${name}/`),
    // other engines must not delete files that the Hive table has too
    parameters: { ...Object.fromEntries(own), 'gc.enabled': 'false' },
  });
  await growTo(definition, name, tables);
  const table = await iceberg.load(name);
  if (table === undefined) throw sourceMissing(name);
  const tableUuid = table.metadata['table-uuid'];
  const notedAt = new Date(clock.nowMs()).toISOString();
  const noted = await noteTable(store, { table: ledgerTable, topic }, { name, tableUuid, notedAt });
  if (noted !== tableUuid) throw unsuitable(name, 'is another one than the one that the ledger was noted for');
  return table;
}

/** Rejects with TABLE_MISMATCH when the ledger was noted for a table that this catalog does not have: another one of the name must not be made. */
export async function requireNoted(name: string, { iceberg, store, table, topic }: SnapshotTools): Promise<void> {
  const noted = await notedTable(store, { table, topic }, name);
  if (noted === undefined || (await iceberg.load(name))?.metadata['table-uuid'] === noted) return;
  throw unsuitable(
    name,
    'was dropped since, or is in another catalog',
    'set the catalog as it was (LAKE_DATABASE, ICEBERG_REST_URI), or choose another name; docs/iceberg.md says what is left of a table that was given up',
  );
}

/** Gives the table the columns that it lacks: it may have been made of the same table before that got them, for another topic. */
async function growTo({ columns }: TableDefinition, name: string, tables: Catalog): Promise<void> {
  const present = await tables.load(name);
  if (present === undefined) throw sourceMissing(name);
  const growth = growthTo(columns, present.columns);
  if ('misfit' in growth) throw unsuitable(name, `has the column ${growth.misfit} of another type`);
  if (growth.addColumns.length === 0 && growth.replaceColumns.length === 0) return;
  const change = { table: name, ...growth, expectedVersion: present.version };
  if ((await tables.evolve(change)) === 'conflict') throw contended(name);
}
