import type { Column } from '../../../schema/types/column-type.ts';
import type { LedgerEntry } from '../../ledger/entry/ledger-entry.ts';
import type { CatalogPartition, TableDefinition } from '../../ports/lake.ts';

/** Something that the audit found and that a rule allows to mend. */
export type Repair =
  | { readonly kind: 'delete'; readonly key: string }
  /** A base entry is gone, and a segment has a copy of it. */
  | { readonly kind: 'restore-entry'; readonly entry: LedgerEntry; readonly segment: string }
  | { readonly kind: 'create-table'; readonly definition: TableDefinition }
  | { readonly kind: 'add-columns'; readonly table: string; readonly columns: readonly Column[] }
  | {
      readonly kind: 'register';
      readonly table: string;
      /** They are not there, or know old columns. */
      readonly partitions: readonly CatalogPartition[];
      /** They are registered at another folder. */
      readonly misplaced: readonly CatalogPartition[];
    };
