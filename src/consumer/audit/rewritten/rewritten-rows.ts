import type { ReplacingEntry, WrittenEntry, WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { Recipe } from '../../ledger/entry/recipe.ts';
import { aboutRange, endOf, rangeText, type Finding } from '../findings/finding.ts';
import { RewrittenRanges, type RewrittenRange } from './rewritten-ranges.ts';

export interface UnlistedRows {
  /** Data files of the table that no entry lists. */
  readonly files: readonly { readonly key: string; readonly rows: number }[];
  /** Rows that files of deletes take out, and files of deletes whose rows nobody has counted. */
  readonly deleted: { readonly rows: number; readonly uncounted: number };
  /** Rows that were adopted from a Hive table. */
  readonly adoptedRows: number;
  /** Rows of these files that say nothing of Kafka, where the files were read. */
  readonly rowsWithoutCoordinates: number;
}

/** Objects that the table should hold and whose files it does not have: upkeep and other engines rewrite files, as Athena's OPTIMIZE does. */
export class RewrittenRows {
  readonly ranges = new RewrittenRanges();
  /** Some rows that the ledger has written say nothing of Kafka. */
  #someLackCoordinates = false;
  /** The first entry whose replay or redrive has not ended. */
  #unfinished: ReplacingEntry | undefined;

  /** Notes an entry whose replay or redrive has not ended: the table may have some of its old files and some of its new ones. */
  noteUnfinished(entry: ReplacingEntry): void {
    this.#unfinished ??= entry;
  }

  /** Notes whether the entry's rows say where in Kafka they were. */
  noteCoordinates({ recipe }: WrittenEntry, { kind }: Pick<WrittenObject, 'kind'>): void {
    if (lacksCoordinates(recipe, kind)) this.#someLackCoordinates = true;
  }

  add({ partition, from, to, recipe }: WrittenEntry, { rows, kind, partition: values }: WrittenObject): void {
    const hasIndex = recipe.records !== undefined;
    this.ranges.add({ partition, from, to, rows, hasIndex, lacksCoordinates: lacksCoordinates(recipe, kind), values });
  }

  /** Compares the rows that were rewritten with those of the files that are there instead. */
  *findings(table: string, found: UnlistedRows): Iterable<Finding> {
    const { files, deleted, adoptedRows, rowsWithoutCoordinates } = found;
    const { objects, rows } = this.ranges.total;
    if (objects > 0 && files.length === 0 && adoptedRows === 0) {
      for (const range of this.ranges) yield this.#notInTable(table, range);
      return;
    }
    // where all of ours name their offsets, rows that don't are others': they were added
    const added = this.#someLackCoordinates || adoptedRows > 0 ? 0 : rowsWithoutCoordinates;
    if (rowsOf(files) - deleted.rows - added === rows + adoptedRows && deleted.uncounted === 0) return;
    const [first] = this.ranges;
    const where = first === undefined ? table : `${first.partition}/${rangeText(first)} and others`;
    const action =
      this.#endFirst ??
      'if ledger entries are gone, mend that first; if others deleted or added rows on purpose, this is the difference (verify --deep knows added rows without Kafka coordinates); otherwise set the table back';
    yield { problem: 'table-rows', where, what: `of the table ${table}: ${this.#difference(found, added)}`, action };
  }

  #difference({ files, deleted, adoptedRows }: UnlistedRows, addedRows: number): string {
    const { objects, rows } = this.ranges.total;
    const adopted = adoptedRows === 0 ? '' : ` and ${adoptedRows} that were adopted`;
    const deletes = deleted.rows === 0 ? '' : ` less ${deleted.rows} rows in files of deletes`;
    const added = addedRows === 0 ? '' : ` less ${addedRows} rows that others added`;
    const uncounted =
      deleted.uncounted === 0
        ? ''
        : `; ${deleted.uncounted} files of deletes by values take out more, which nobody has counted`;
    return `${rows} rows of ${objects} objects${adopted} are in no file of ours, and ${files.length} files that no entry lists hold ${rowsOf(files)} rows${deletes}${added}${uncounted}`;
  }

  #notInTable(table: string, { rows, values, ...range }: RewrittenRange): Finding {
    const place = values.length === 0 ? '' : ` of ${values.join('/')}`;
    const what = `is not in the table ${table}, whose positions cover it: readers miss ${rows} rows${place}`;
    const action =
      this.#endFirst ?? 'set the table back to a snapshot that has it, or its positions to before it (docs/iceberg.md)';
    return aboutRange(range, { problem: 'table-rows', what, action });
  }

  /** What comes before anything else is done to the table, if a replay or redrive has not ended. */
  get #endFirst(): string | undefined {
    const command = this.#unfinished && endOf(this.#unfinished);
    return command && `end what was begun first: ${command}; then run verify again`;
  }
}

function rowsOf(files: UnlistedRows['files']): number {
  return files.reduce((sum, { rows }) => sum + rows, 0);
}

/** Dead letters always say where in Kafka they were. */
function lacksCoordinates({ kafkaColumns }: Recipe, kind: WrittenObject['kind']): boolean {
  return kind === 'rows' && !kafkaColumns;
}
