import { TableFiles } from '../../../iceberg/manifests/table-files.ts';
import { readReferences, type TableReferences } from '../../../iceberg/manifests/table-references.ts';
import type { IcebergCatalog, LoadedTable } from '../../../iceberg/iceberg-catalog.ts';
import { isRetryable, PipelineError } from '../../../runtime/errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { notedTable } from '../../ledger/notes/table-note.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import type { ParquetReader } from '../../ports/parquet.ts';
import { checkHistory } from '../../snapshot/check-history.ts';
import type { TopicTable } from '../../table/dead-letters/topic-tables.ts';
import type { Finding } from '../findings/finding.ts';

export interface AuditedTableOptions {
  readonly iceberg: IcebergCatalog;
  readonly store: ObjectStore;
  readonly ledger: Ledger;
  readonly parquet: ParquetReader;
  readonly table: string;
  readonly topic: string;
}

export const restore = 'restore it from an older version of the object';

/** An Iceberg table as the audit finds it at its beginning. */
export interface AuditedState {
  /** `undefined` where there is none that could be compared with the ledger. */
  readonly table: LoadedTable | undefined;
  readonly references: TableReferences;
  readonly findings: Finding[];
}

const nothing: TableReferences = {
  live: new Map(),
  deletes: [],
  past: new Set(),
  named: new Map(),
  facts: new Map(),
  unreadable: [],
};

/** Loads the table and what its snapshots name; what is wrong with the table as a whole is a finding. */
export async function loadAuditedState({ name }: TopicTable, options: AuditedTableOptions): Promise<AuditedState> {
  const { iceberg, store, table: ledgerTable, topic } = options;
  const noted = await notedTable(store, { table: ledgerTable, topic }, name);
  const about = { where: name, action: 'register the metadata file that was the table’s before (<table>/metadata/)' };
  try {
    const table = await iceberg.load(name);
    if (table === undefined) {
      const what = 'is not in the catalog, though the ledger was written for it';
      const findings = noted === undefined ? [] : [{ ...about, problem: 'table-missing' as const, what }];
      return { table, references: nothing, findings };
    }
    const references = await readReferences(table, new TableFiles(store));
    const found = table.metadata['table-uuid'];
    if (noted !== undefined && noted !== found) {
      const what = `is not the table that the ledger was written for: its UUID is ${found} and was ${noted}`;
      return { table: undefined, references: nothing, findings: [{ ...about, problem: 'table-recreated', what }] };
    }
    return { table, references, findings: await historyFindings(table, options) };
  } catch (error) {
    if (!(error instanceof PipelineError) || isRetryable(error)) throw error;
    const action = error.hint ?? restore;
    const finding = { problem: 'snapshot-unreadable' as const, where: name, what: error.message, action };
    return { table: undefined, references: nothing, findings: [finding] };
  }
}

const historyProblems: ReadonlyMap<string, 'table-rolled-back' | 'table-position'> = new Map([
  ['TABLE_ROLLED_BACK', 'table-rolled-back'],
  ['CATALOG_CORRUPT', 'table-position'],
]);

/** What the service itself would stop at. */
async function historyFindings(table: LoadedTable, options: AuditedTableOptions): Promise<Finding[]> {
  try {
    await checkHistory(table, options);
    return [];
  } catch (error) {
    const problem = error instanceof PipelineError ? historyProblems.get(error.code) : undefined;
    if (!(error instanceof PipelineError) || problem === undefined) throw error;
    const { message: what, hint: action = restore } = error;
    return [{ problem, where: table.name, what, action }];
  }
}
