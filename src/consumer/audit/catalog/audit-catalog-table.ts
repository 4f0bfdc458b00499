import { mapConcurrently } from '../../../runtime/concurrency.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { hasProjection } from '../../../schema/projection.ts';
import type { Column } from '../../../schema/types.ts';
import type { ExpiredDays } from '../../ledger/notes/expired-days.ts';
import type { WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { Catalog, CatalogPartition, CatalogTable, ObjectStore } from '../../ports/lake.ts';
import { objectSource, type ParquetReader } from '../../ports/parquet.ts';
import { topicParameter } from '../../table/catalog/shared-table.ts';
import { auditTableDefinition } from './audit-table-definition.ts';
import { HivePartitionAudit } from './hive-partition-audit.ts';
import { locationOf, type TableNeeds } from './table-needs.ts';
import { auditColumns, type FileColumns } from './audit-columns.ts';
import type { CatalogNeeds } from './catalog-needs.ts';
import type { FindingList } from '../finding-list.ts';
import type { MergedAudit } from '../merged/merged-audit.ts';
import type { MergedObject, MergedObjects } from '../merged/merged-objects.ts';
import type { Repair } from '../repair.ts';

export interface TableAuditOptions {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
  readonly table: string;
  readonly topic: string;
  /** Other topics' records are in it too: a table that is made again names none. */
  readonly isShared?: boolean;
  /** Days whose partitions need not be in the catalog any more. */
  readonly expired: ExpiredDays;
  readonly findings: FindingList;
  /** Its merged partitions; left out where a table has none. */
  readonly merged?: Pick<MergedAudit, 'locationOf' | 'seeMoved'>;
  /** Finds the file that has an object's rows now. */
  readonly mergedObjects?: MergedObjects;
}

const requestsMax = 16;

/** Audits one table of the catalog against what the ledger's objects need and what the files hold; answers with what can be mended. */
export async function auditCatalogTable(needed: CatalogNeeds, options: TableAuditOptions): Promise<Repair[]> {
  const { catalog, store, findings, table: name } = options;
  if (!needed.hasObjects) return [];
  const { merged } = options;
  const found = needed.needs({ table: name, uri: (key) => store.uri(key) });
  const needs = { ...found, ...(merged && { locationOf: (path: string) => merged.locationOf(path) }) };
  await readExamples(needed, options);
  const table = await catalog.load(needs.name);
  findings.add(...auditTableDefinition(needs, table));
  if (table === undefined)
    return recreate(needs, needed.files, options.isShared === true ? {} : { [topicParameter]: options.topic });
  const columns = auditColumns(needs.name, table.columns, needed.files);
  findings.add(...columns);
  return [...addMissing(table, needed.files), ...(await auditPartitions(needs, table, options))];
}

/** Reads the footers of a few files: those that brought the columns, or have their rows now. */
export async function readExamples(
  needed: CatalogNeeds,
  { store, parquet, mergedObjects }: Pick<TableAuditOptions, 'store' | 'parquet' | 'mergedObjects'>,
): Promise<void> {
  const columnsOfFile = async (file: MergedObject): Promise<Column[] | undefined> => {
    try {
      return await parquet.columns(objectSource(store, file));
    } catch (error) {
      // damaged or gone: the audit of objects says so
      if (!(error instanceof PipelineError) || error.retryable) throw error;
      return undefined;
    }
  };
  await mapConcurrently(needed.examples(), requestsMax, async (object: WrittenObject) => {
    const { key, bytes: size } = object;
    const own = await columnsOfFile({ key, size });
    if (own !== undefined) return needed.note(key, own);
    const holder = await mergedObjects?.find(object);
    const held = holder && (await columnsOfFile(holder));
    if (held !== undefined) needed.note(holder?.key ?? key, held, key.slice(0, key.lastIndexOf('/') + 1));
  });
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
  findings.add(...audit.findings());
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
