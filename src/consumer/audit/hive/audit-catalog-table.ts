import { hasProjection } from '../../../schema/partitions/projection.ts';
import type { Column } from '../../../schema/types/column-type.ts';
import type { ExpiredDays } from '../../ledger/notes/expired-days.ts';
import type { Catalog, CatalogPartition, CatalogTable } from '../../ports/lake.ts';
import { topicParameter } from '../../table/catalog/shared-table.ts';
import { auditTableDefinition } from './audit-table-definition.ts';
import { HivePartitionAudit } from './hive-partition-audit.ts';
import { locationOf, type TableNeeds } from '../catalog/table-needs.ts';
import { auditColumns, type FileColumns } from '../catalog/audit-columns.ts';
import type { CatalogNeeds } from '../catalog/catalog-needs.ts';
import { readExamples, type ExampleOptions } from '../catalog/read-examples.ts';
import type { FindingList } from '../findings/finding-list.ts';
import type { MergedAudit } from './merged-audit.ts';
import type { Repair } from '../findings/repair.ts';

export interface TableAuditOptions extends ExampleOptions {
  readonly catalog: Catalog;
  readonly table: string;
  readonly topic: string;
  /** Other topics' records are in it too: a table that is made again names none. */
  readonly isShared?: boolean;
  /** Days whose partitions need not be in the catalog any more. */
  readonly expired: ExpiredDays;
  readonly findings: FindingList;
  /** Its merged partitions; left out where a table has none. */
  readonly merged?: Pick<MergedAudit, 'locationOf' | 'seeMoved'>;
}

/** Audits one table of the catalog against what the ledger's objects need and what the files hold; answers with what can be mended. */
export async function auditCatalogTable(needed: CatalogNeeds, options: TableAuditOptions): Promise<Repair[]> {
  const { catalog, store, findings, table: name } = options;
  if (!needed.hasObjects) return [];
  const { merged } = options;
  const found = needed.needs({ table: name, uri: (key) => store.uri(key) });
  const needs = { ...found, ...(merged && { locationOf: (path: string) => merged.locationOf(path) }) };
  await readExamples(needed, options);
  const table = await catalog.load(needs.name);
  findings.addAll(auditTableDefinition(needs, table));
  if (table === undefined)
    return recreate(needs, needed.files, options.isShared === true ? {} : { [topicParameter]: options.topic });
  const columns = auditColumns(needs.name, table.columns, needed.files);
  findings.addAll(columns);
  return [...addMissing(table, needed.files), ...(await auditPartitions(needs, table, options))];
}

async function auditPartitions(
  needs: TableNeeds,
  table: CatalogTable,
  { catalog, findings, expired, merged }: TableAuditOptions,
): Promise<Repair[]> {
  if (hasProjection(table.parameters)) return [];
  if (table.partitionKeys.length !== needs.partitionKeys.length || table.partitionKeys.length === 0) return [];
  const audit = new HivePartitionAudit(needs);
  for await (const partition of catalog.listPartitions(needs.name)) audit.add(partition);
  // more days may have expired since the ledger was read
  if (audit.repairs.missing.length > 0) {
    await expired.refresh();
    audit.excuse((values) => expired.has(values));
  }
  findings.addAll(audit.findings());
  for (const path of audit.moved) merged?.seeMoved(path);
  const { missing, misplaced, outdated } = audit.repairs;
  const old = [...outdated].map(([id, location]) => ({ values: id.split('/'), location }));
  return registration(needs, [...partitionsOf(needs, missing), ...old], partitionsOf(needs, misplaced));
}

function partitionsOf(needs: TableNeeds, ids: Iterable<string>): CatalogPartition[] {
  return [...ids].map((id) => {
    const values = id.split('/');
    return { values, location: locationOf(needs, values).location };
  });
}

function registration(
  { name: table }: TableNeeds,
  partitions: readonly CatalogPartition[],
  misplaced: readonly CatalogPartition[] = [],
): Repair[] {
  return partitions.length + misplaced.length === 0 ? [] : [{ kind: 'register', table, partitions, misplaced }];
}

/** The table with the columns that its files have. */
function recreate(needs: TableNeeds, files: FileColumns, topic: Readonly<Record<string, string>>): Repair[] {
  const { name, partitionKeys, location, used } = needs;
  const columns = columnsOf(files);
  if (columns.length === 0) return [];
  const definition = {
    name,
    columns,
    partitionKeys,
    location,
    parameters: { 'glueless.format': '1', ...topic },
  };
  return [{ kind: 'create-table', definition }, ...registration(needs, partitionsOf(needs, used))];
}

function addMissing(table: CatalogTable, files: FileColumns): Repair[] {
  const columns = columnsOf(files).filter(({ name }) => !table.columns.some((column) => column.name === name));
  return columns.length === 0 ? [] : [{ kind: 'add-columns', table: table.name, columns }];
}

/** The newest type of each name: structs only grow. */
function columnsOf(files: FileColumns): Column[] {
  return [...files.values()].flatMap((found) => found.at(-1)?.column ?? []);
}
