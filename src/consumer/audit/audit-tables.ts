import { mapConcurrently } from '../../runtime/concurrency.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { hasProjection } from '../../schema/projection.ts';
import type { Column } from '../../schema/types.ts';
import type { ExpiredDays } from '../ledger/expired-days.ts';
import type { WrittenObject } from '../ledger/ledger-entry.ts';
import type { Catalog, CatalogTable, ObjectStore } from '../ports/lake.ts';
import type { ParquetReader } from '../ports/parquet.ts';
import { topicParameter } from '../table/shared-table.ts';
import { auditTable, partitionFolder, PartitionAudit, type TableNeeds } from './audit-catalog.ts';
import { auditColumns, type FileColumns } from './audit-columns.ts';
import type { CatalogNeeds } from './catalog-needs.ts';
import type { FindingList } from './finding-list.ts';
import type { Repair } from './repair.ts';

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
}

const requestsMax = 16;

/** Audits one table of the catalog against what the ledger's objects need and what the files hold; answers with what can be mended. */
export async function auditCatalogTable(needed: CatalogNeeds, options: TableAuditOptions): Promise<Repair[]> {
  const { catalog, store, findings, table: name } = options;
  if (!needed.hasObjects) return [];
  const needs = needed.needs({ table: name, uri: (key) => store.uri(key) });
  await readExamples(needed, options);
  const table = await catalog.load(needs.name);
  findings.add(...auditTable(needs, table));
  if (table === undefined)
    return recreate(needs, needed.files, options.isShared === true ? {} : { [topicParameter]: options.topic });
  const columns = auditColumns(needs.name, table.columns, needed.files);
  findings.add(...columns);
  return [...addMissing(table, needed.files), ...(await auditPartitions(needs, table, options))];
}

/** Reads the footers of a few files: those that brought the columns. */
export async function readExamples(
  needed: CatalogNeeds,
  { store, parquet }: Pick<TableAuditOptions, 'store' | 'parquet'>,
): Promise<void> {
  await mapConcurrently(needed.examples(), requestsMax, async ({ key, bytes }: WrittenObject) => {
    const source = { size: bytes, read: (start: number, end: number) => store.getRange(key, start, end) };
    try {
      needed.note(key, await parquet.columns(source));
    } catch (error) {
      // damaged or gone: the audit of objects says so
      if (!(error instanceof PipelineError) || error.retryable) throw error;
    }
  });
}

async function auditPartitions(
  needs: TableNeeds,
  table: CatalogTable,
  { catalog, findings, expired }: TableAuditOptions,
): Promise<Repair[]> {
  if (hasProjection(table.parameters)) return [];
  if (table.partitionKeys.length !== needs.partitionKeys.length || table.partitionKeys.length === 0) return [];
  const audit = new PartitionAudit(needs);
  for await (const partition of catalog.listPartitions(needs.name)) audit.add(partition);
  // more days may have expired since the ledger was read
  if (audit.repairs.missing.length > 0) {
    await expired.refresh();
    audit.excuse((values) => expired.has(values));
  }
  findings.add(...audit.findings());
  const { missing, misplaced, outdated } = audit.repairs;
  return registration(needs, [...missing, ...misplaced, ...outdated], misplaced);
}

function registration(needs: TableNeeds, ids: readonly string[], misplaced: readonly string[] = []): Repair[] {
  if (ids.length === 0) return [];
  const partitions = ids.map((id) => ({ values: id.split('/'), location: partitionFolder(needs, id.split('/')) }));
  return [{ kind: 'register', table: needs.name, partitions, misplaced: misplaced.map((id) => id.split('/')) }];
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
  return [{ kind: 'create-table', definition }, ...registration(needs, [...used])];
}

function addMissing(table: CatalogTable, files: FileColumns): Repair[] {
  const columns = columnsOf(files).filter(({ name }) => !table.columns.some((column) => column.name === name));
  return columns.length === 0 ? [] : [{ kind: 'add-columns', table: table.name, columns }];
}

/** The newest type of each name: structs only grow. */
function columnsOf(files: FileColumns): Column[] {
  return [...files.values()].flatMap((found) => found.at(-1)?.column ?? []);
}
