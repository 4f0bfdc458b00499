import { DeleteIndex } from '../../../iceberg/manifests/delete-index.ts';
import { deletedPathOf, type LiveFile, type PlacedFile } from '../../../iceberg/manifests/live-files.ts';
import { fileContent } from '../../../iceberg/manifests/manifest.ts';
import { TableFiles } from '../../../iceberg/manifests/table-files.ts';
import { isRetryable } from '../../../runtime/errors.ts';
import type { FileTools } from '../rewritten/rewritten-offsets.ts';

/**
 * Rows of data files that files of deletes take out. A file of deletes stays when the data file that it speaks of has been rewritten: only what it
 * says of files that are there counts.
 * Source: https://iceberg.apache.org/spec/#row-level-deletes
 */
export class DeletedRows {
  readonly #index: DeleteIndex;
  readonly #tools: FileTools;
  /** Data files by each file of deletes that may take out rows of them. */
  readonly #targets = new Map<LiveFile, PlacedFile[]>();

  constructor(
    { data, deletes }: { readonly data: readonly PlacedFile[]; readonly deletes: readonly LiveFile[] },
    tools: FileTools,
  ) {
    this.#index = new DeleteIndex(deletes);
    this.#tools = tools;
    for (const file of data) for (const each of this.#index.for(file)) this.#targetsOf(each).push(file);
  }

  /** Counts the rows that files of deletes name one by one, and the files that name none, or can't be read. */
  async count(): Promise<{ readonly rows: number; readonly uncounted: number }> {
    let [rows, uncounted] = [0, 0];
    for (const [deletes, targets] of this.#targets) {
      const counted = await this.#countOf(deletes, targets);
      if (counted === undefined) uncounted++;
      else rows += counted;
    }
    return { rows, uncounted };
  }

  /** Reads which rows of a data file are gone, by their numbers. */
  async rowsOf(data: PlacedFile): Promise<ReadonlySet<number>> {
    const gone = new Set<number>();
    for (const deletes of this.#index.for(data))
      for (const { path, row } of (await this.#read(deletes)) ?? []) if (path === data.file.file_path) gone.add(row);
    return gone;
  }

  #targetsOf(deletes: LiveFile): PlacedFile[] {
    const known = this.#targets.get(deletes) ?? [];
    this.#targets.set(deletes, known);
    return known;
  }

  async #countOf(deletes: LiveFile, targets: readonly PlacedFile[]): Promise<number | undefined> {
    if (isByPosition(deletes) && deletedPathOf(deletes.file) !== undefined) return deletes.file.record_count;
    const paths = new Set(targets.map(({ file }) => file.file_path));
    return (await this.#read(deletes))?.filter(({ path }) => paths.has(path)).length;
  }

  /** Reads what a file of deletes names; `undefined` for one of values, and for what is no Parquet file. */
  async #read(deletes: LiveFile): Promise<{ path: string; row: number }[] | undefined> {
    if (!isByPosition(deletes)) return undefined;
    const { store, parquet } = this.#tools;
    try {
      const rows = await parquet.rows(await new TableFiles(store).read(deletes.file.file_path));
      return rows.map(({ file_path: path, pos }) => ({ path: String(path), row: Number(pos) }));
    } catch (error) {
      if (isRetryable(error)) throw error;
      return undefined;
    }
  }
}

function isByPosition({ file }: LiveFile): boolean {
  return file.content === fileContent.positionDeletes;
}
