import type { RewriteRequest } from '../../consumer/ports/parquet-rewriter.ts';
import type { JoinColumns } from '../../consumer/ports/parquet.ts';
import type { CopyForm } from './copy-options.ts';
import type { SourceFiles } from './source-files.ts';

export interface CopyRequest extends Pick<RewriteRequest, 'fieldIds' | 'leftOut' | 'orderBy' | 'onProgress'> {
  readonly sources: SourceFiles;
  /** The file to write. */
  readonly target: string;
  /** Where DuckDB may spill. */
  readonly folder: string;
}

export interface CopyTools extends CopyForm {
  readonly joinColumns: JoinColumns;
  /** Tables with more leaves are copied so many leaves at a time; default: 16. */
  readonly leavesAtOnce?: number;
}

export interface CopiedRows {
  readonly rows: number;
  readonly leftOutRows: number;
}
