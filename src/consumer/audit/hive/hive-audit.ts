import type { Column } from '../../../schema/types/column-type.ts';
import type { WrittenEntry, WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import { hivePathOf, mergedFolder } from '../../ledger/keys/object-keys.ts';
import type { NeedsByKind } from '../catalog/catalog-needs.ts';
import type { FormatAudit, FormatReport } from '../format-audit.ts';
import { MergedObjects } from '../objects/merged-objects.ts';
import type { ObjectIndex } from '../objects/object-index.ts';
import { auditCatalogTable, type TableAuditOptions } from './audit-catalog-table.ts';
import { MergedAudit, type MergedAuditOptions } from './merged-audit.ts';

export interface HiveAuditOptions
  extends Omit<MergedAuditOptions, 'deep' | 'onColumns'>, Omit<TableAuditOptions, 'merged' | 'mergedObjects'> {
  readonly deep?: boolean;
  readonly needs: NeedsByKind;
}

/** Audits a Hive table: readers see all objects in the folders that the catalog registers, which for merged partitions are other ones. */
export class HiveAudit implements FormatAudit {
  readonly format = 'hive';
  readonly #options: HiveAuditOptions;
  readonly #merged: MergedAudit;
  readonly #mergedObjects: MergedObjects;

  private constructor(options: HiveAuditOptions, merged: MergedAudit) {
    this.#options = options;
    this.#merged = merged;
    this.#mergedObjects = new MergedObjects(options);
  }

  static async open(options: HiveAuditOptions): Promise<HiveAudit> {
    const { table, needs, deep = false } = options;
    const onColumns = (key: string, columns: readonly Column[]): void =>
      needs.rows.note(key, columns, `${table}/${hivePathOf(key, mergedFolder(table))}/`);
    return new HiveAudit(options, await MergedAudit.open({ ...options, deep, onColumns }));
  }

  take(entry: WrittenEntry): void {
    this.#merged.take(entry);
  }

  isNeeded(): boolean {
    return true;
  }

  hasRowsElsewhere(object: WrittenObject): Promise<boolean> {
    return this.#mergedObjects.has(object);
  }

  isKnown(): boolean {
    return false;
  }

  confirm(index: ObjectIndex): Promise<void> {
    return this.#merged.run(index);
  }

  async end(): Promise<FormatReport> {
    const { needs } = this.#options;
    const merged = { merged: this.#merged, mergedObjects: this.#mergedObjects };
    const rows = await auditCatalogTable(needs.rows, { ...this.#options, ...merged });
    const deadLetters = await auditCatalogTable(needs['dead-letters'], this.#options);
    const { waiting } = this.#merged;
    return { repairs: [...rows, ...deadLetters], ...(waiting && { waiting }) };
  }
}
