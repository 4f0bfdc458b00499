import type { Column } from '../../schema/types/column-type.ts';
import type { FieldIds } from './columnar-table.ts';

/** Writes the rows of Parquet files anew, as one file. */
export interface ParquetRewriter {
  /** Reads the sources' footers. Rejects with TABLE_MISMATCH for one that `rewrite` would refuse. */
  check(request: Pick<RewriteRequest, 'sources' | 'columns' | 'fieldIds' | 'keepsAll'>): Promise<void>;
  /**
   * Puts one object with the rows of all sources. What it has put was read back: as many rows, the columns with their types and ids.
   * Rejects with TABLE_MISMATCH for sources whose columns are not the table's, and changes nothing then; with STORE_* and
   * PREREQUISITE_MISSING.
   */
  rewrite(request: RewriteRequest): Promise<RewrittenObject>;
}

export interface RewriteRequest {
  readonly sources: readonly RewriteSource[];
  /** Key of the new object: nobody else may use it. */
  readonly key: string;
  /** The table's columns; a source without one has nulls there. */
  readonly columns: readonly Column[];
  /** Sources with columns, or fields in them, that the table lacks are refused; else these are left out. */
  readonly keepsAll?: true;
  readonly fieldIds?: FieldIds | undefined;
  /** Columns to sort by, those that the table has. */
  readonly orderBy: readonly string[];
  /** Rows that are left out. */
  readonly leftOut?: readonly RowRange[];
  /** Called when the rows are written and read back, and nothing is put yet: nothing is when it rejects. */
  readonly confirm?: (written: Pick<RewrittenObject, 'rows' | 'leftOutRows'>) => Promise<void>;
  /** Called now and then while it goes on: how many of all steps are done. */
  readonly onProgress?: ((progress: RewriteProgress) => void) | undefined;
}

export interface RewriteProgress {
  readonly done: number;
  readonly all: number;
}

export interface RewriteSource {
  readonly key: string;
  readonly bytes: number;
}

/** Rows by where in Kafka they come from: `kafka_partition`, `kafka_offset` in `[from, to)`, and `kafka_topic` where topics share a table. */
export interface RowRange {
  readonly topic?: string;
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

export interface RewrittenObject {
  readonly key: string;
  readonly rows: number;
  /** Rows of the sources that were left out. */
  readonly leftOutRows: number;
  /** 0 when all rows were left out: then nothing was put. */
  readonly bytes: number;
  readonly crc32: number;
}
