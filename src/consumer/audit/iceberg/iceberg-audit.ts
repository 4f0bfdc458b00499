import { readReferences } from '../../../iceberg/manifests/table-references.ts';
import { columnsOfFields } from '../../../iceberg/metadata/iceberg-columns.ts';
import { renamedFields } from '../../../iceberg/metadata/renamed-fields.ts';
import { TableFiles } from '../../../iceberg/manifests/table-files.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import type { WrittenEntry, WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import { isInPartition, parseObjectName } from '../../ledger/keys/object-keys.ts';
import type { Catalog, ObjectInfo } from '../../ports/lake.ts';
import type { ParquetReader } from '../../ports/parquet.ts';
import { tablesOf, type TopicTable } from '../../table/dead-letters/topic-tables.ts';
import { auditColumns } from '../catalog/audit-columns.ts';
import { readExamples } from '../catalog/read-examples.ts';
import type { CatalogNeeds, NeedsByKind } from '../catalog/catalog-needs.ts';
import type { Finding } from '../findings/finding.ts';
import type { FindingList } from '../findings/finding-list.ts';
import type { FormatAudit, FormatReport } from '../format-audit.ts';
import type { PartitionSummary } from '../ledger/partition-summary.ts';
import { RewrittenOffsets } from '../rewritten/rewritten-offsets.ts';
import { IcebergTableAudit, type IcebergTableOptions } from './iceberg-table-audit.ts';

export interface IcebergAuditOptions extends IcebergTableOptions {
  readonly catalog: Catalog;
  readonly parquet: ParquetReader;
  readonly sinceMs?: number;
  /** Reads the files that no entry lists whole, too. */
  readonly deep?: boolean;
  readonly findings: FindingList;
  readonly needs: NeedsByKind;
}

/** A file with the rows that files of deletes take out of it, by their numbers. */
interface DeletedFrom {
  readonly key: string;
  readonly deleted: ReadonlySet<number>;
}

/** What files that no entry lists were found to hold. */
interface ReadFiles {
  readonly findings: readonly Finding[];
  /** Rows that say nothing of Kafka. */
  readonly rowsWithoutCoordinates: number;
}

interface AuditedTable {
  readonly target: TopicTable;
  readonly audit: IcebergTableAudit;
}

/** Audits the Iceberg tables of rows and of dead letters while the ledger is read. */
export class IcebergAudit implements FormatAudit {
  readonly format = 'iceberg';
  readonly #options: IcebergAuditOptions;
  readonly #tables: readonly AuditedTable[];
  readonly #unnamed: string[] = [];

  private constructor(options: IcebergAuditOptions, tables: readonly AuditedTable[]) {
    this.#options = options;
    this.#tables = tables;
  }

  static async open(options: IcebergAuditOptions): Promise<IcebergAudit> {
    const tables: AuditedTable[] = [];
    for (const target of tablesOf(options.table))
      tables.push({ target, audit: await IcebergTableAudit.open(target, options) });
    return new IcebergAudit(options, tables);
  }

  take(entry: WrittenEntry): void {
    for (const { audit } of this.#tables) this.#options.findings.addAll(audit.take(entry));
  }

  /** False for an object that the table has given up for another file. */
  isNeeded({ key }: Pick<WrittenObject, 'key'>): boolean {
    return this.#tables.every(({ target, audit }) => !isInPartition(key, target.name) || audit.isNeeded(key));
  }

  /** True for an object that is fine though no entry lists it; what no snapshot names and is no object of an entry is kept as unnamed. */
  isKnown(info: ObjectInfo): boolean {
    const seen = this.#tables.map(({ audit }) => audit.see(info));
    this.#options.findings.addAll(seen.flatMap(({ findings }) => findings));
    if (seen.some(({ isNamed }) => isNamed)) return true;
    const isInTable = this.#tables.some(({ target }) => isInPartition(info.key, target.name));
    if (isInTable && parseObjectName(info.key) !== undefined) return false;
    this.#unnamed.push(info.key);
    return true;
  }

  onUnseen(key: string): void {
    this.#unnamed.push(key);
  }

  async hasRowsElsewhere(): Promise<boolean> {
    return false;
  }

  async confirm(): Promise<void> {}

  async end(summaries: readonly PartitionSummary[]): Promise<FormatReport> {
    const { findings, sinceMs, expired, needs } = this.#options;
    const isWhole = sinceMs === undefined;
    // more days may have expired since the tables were read
    await expired.refresh();
    for (const { target, audit } of this.#tables) {
      audit.rewritten.ranges.excuse((values) => expired.has(values));
      findings.addAll(await audit.findings(summaries, isWhole));
      const read = this.#options.deep === true && isWhole ? await this.#readUnlisted(target, audit) : undefined;
      if (isWhole && audit.table !== undefined)
        await this.#auditCounts(target, audit, read?.rowsWithoutCoordinates ?? 0);
      findings.addAll(read?.findings ?? []);
      await this.#auditColumns(target, needs[target.kind]);
    }
    const unnamed = this.#unnamed.length === 0 ? [] : await this.#stillUnnamed();
    return { repairs: [], unnamed };
  }

  /** Compares the rows of rewritten objects with those of the files that took their place, less what is deleted of them. */
  async #auditCounts({ name }: TopicTable, audit: IcebergTableAudit, rowsWithoutCoordinates: number): Promise<void> {
    const deleted = await audit.deletes().count();
    const unlisted = { files: audit.unlistedFiles(), deleted, adoptedRows: audit.adoptedRows, rowsWithoutCoordinates };
    for (const finding of audit.rewritten.findings(name, unlisted)) this.#options.findings.add(finding);
  }

  /** Looks for the rows of rewritten objects in the files that took their place. */
  async #readUnlisted({ name }: TopicTable, audit: IcebergTableAudit): Promise<ReadFiles> {
    // a table that was set back holds files of ours that a replay has replaced since; those that were adopted are of another ledger
    const theirs = audit
      .unlistedFiles()
      .filter(({ key }) => isInPartition(key, name) || parseObjectName(key) === undefined);
    const offsets = new RewrittenOffsets(audit.rewritten.ranges);
    const deletes = audit.deletes();
    const findings: Finding[] = [];
    let rowsWithoutCoordinates = 0;
    // by Hive partition, whose offsets are forgotten then; one after the other, since other engines write large files
    const read = new Set<string>();
    for (const [id, files] of Map.groupBy(theirs, (file) => idOf(Object.values(file.placed.file.partition)))) {
      for (const { key, placed } of files) {
        const counted = await this.#readFile({ key, deleted: await deletes.rowsOf(placed) }, offsets);
        if (typeof counted === 'number') rowsWithoutCoordinates += counted;
        else findings.push(counted);
      }
      read.add(id);
      offsets.forget((values) => read.has(idOf(values)));
    }
    if (theirs.length === 0) return { findings, rowsWithoutCoordinates };
    const action =
      'if ledger entries are gone, mend that first; if others deleted or added rows on purpose, this is the difference; otherwise set the table back';
    const where = `files that no entry lists${findings.length > 0 ? ' and that can be read' : ''}, in ${name}`;
    return { findings: [...findings, ...offsets.findings({ where, action })], rowsWithoutCoordinates };
  }

  /** Gives the rows without Kafka coordinates. A file that is gone is a finding of the files that the table names. */
  async #readFile({ key, deleted }: DeletedFrom, offsets: RewrittenOffsets): Promise<number | Finding> {
    try {
      const info = await this.#options.store.head(key);
      return info === undefined ? 0 : await offsets.read({ ...info, deleted }, this.#options);
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      if (error.code === 'STORE_MISSING') return 0;
      if (error.code !== 'OBJECT_UNREADABLE') throw error;
      const what = `is listed by no entry, and can't be read for its Kafka coordinates: ${error.message}`;
      return { problem: 'object-unreadable', where: key, what, action: 'look at what wrote it' };
    }
  }

  async #auditColumns({ name }: TopicTable, needed: CatalogNeeds): Promise<void> {
    const table = needed.hasObjects ? await this.#options.catalog.load(name) : undefined;
    if (table === undefined) return;
    await readExamples(needed, this.#options);
    const loaded = await this.#options.iceberg.load(name);
    const renamed = loaded === undefined ? [] : columnsOfFields(renamedFields(loaded.metadata), name);
    const columns = [...table.columns, ...table.partitionKeys, ...renamed];
    this.#options.findings.addAll(auditColumns(name, columns, needed.files, { widensNumbers: true }));
  }

  /** A commit that took place during the audit names files that nobody named at its beginning. */
  async #stillUnnamed(): Promise<string[]> {
    const { iceberg, store } = this.#options;
    const named = new Set<string>();
    for (const { target } of this.#tables) {
      const table = await iceberg.load(target.name);
      const references = table && (await readReferences(table, new TableFiles(store)));
      for (const key of references?.named.keys() ?? []) named.add(key);
    }
    return this.#unnamed.filter((key) => !named.has(key));
  }
}

function idOf(values: readonly unknown[]): string {
  return JSON.stringify(values.map(String));
}
