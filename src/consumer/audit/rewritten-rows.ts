import type { WrittenEntry, WrittenObject } from '../ledger/ledger-entry.ts';
import { aboutRange, rangeText, type Finding } from './finding.ts';
import type { RewrittenRange } from './rewritten-offsets.ts';

export interface ForeignFiles {
  /** Data files of the table that no entry lists. */
  readonly files: readonly { readonly key: string; readonly rows: number }[];
  /** Rows that files of deletes take out, and files of deletes whose rows nobody has counted. */
  readonly deleted: { readonly rows: number; readonly uncounted: number };
  /** Rows that were adopted from a Hive table. */
  readonly adoptedRows: number;
}

/** Objects that the table should hold and whose files it does not have: upkeep and other engines rewrite files, as Athena's OPTIMIZE does. */
export class RewrittenRows {
  #objects: { readonly range: RewrittenRange; readonly values: readonly string[] }[] = [];

  add({ partition, from, to, recipe }: WrittenEntry, { key, rows, partition: values }: WrittenObject): void {
    this.#objects.push({ range: { partition, from, to, rows, key, hasIndex: recipe.records !== undefined }, values });
  }

  /** Leaves out objects of Hive partitions that were removed. */
  excuse(isExcused: (values: readonly string[]) => boolean): void {
    this.#objects = this.#objects.filter(({ values }) => !isExcused(values));
  }

  get ranges(): readonly RewrittenRange[] {
    return this.#objects.map(({ range }) => range);
  }

  /** Compares the rows that were rewritten with those of the files that are there instead. */
  findings(table: string, { files, deleted, adoptedRows }: ForeignFiles): Finding[] {
    const { ranges } = this;
    if (ranges.length > 0 && files.length === 0 && adoptedRows === 0)
      return ranges.map((range) => notInTable(table, range));
    const rewritten = ranges.reduce((sum, { rows }) => sum + rows, 0);
    const held = files.reduce((sum, { rows }) => sum + rows, 0);
    if (held - deleted.rows === rewritten + adoptedRows && deleted.uncounted === 0) return [];
    const [first] = ranges;
    const where = first === undefined ? table : `${first.partition}/${rangeText(first)} and others`;
    const deletes = deleted.rows === 0 ? '' : ` less ${deleted.rows} rows in files of deletes`;
    const uncounted =
      deleted.uncounted === 0
        ? ''
        : `; ${deleted.uncounted} files of deletes by values take out more, which nobody has counted`;
    const adopted = adoptedRows === 0 ? '' : ` and ${adoptedRows} that were adopted`;
    const what = `of the table ${table}: ${rewritten} rows of ${ranges.length} objects${adopted} are in no file of ours, and ${files.length} files that no entry lists hold ${held} rows${deletes}${uncounted}`;
    const action = 'if others deleted or added rows on purpose, this is the difference; otherwise set the table back';
    return [{ problem: 'table-rows', where, what, action }];
  }
}

function notInTable(table: string, { key, rows, ...range }: RewrittenRange): Finding {
  const what = `is not in the table ${table}, whose positions cover it: readers miss ${rows} rows (${key})`;
  const action = 'set the table back to a snapshot that has it, or its positions to before it (docs/iceberg.md)';
  return aboutRange(range, { problem: 'table-rows', what, action });
}
