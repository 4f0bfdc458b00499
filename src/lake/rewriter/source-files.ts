import type { Column } from '../../schema/types/column-type.ts';
import type { SourceFacts } from './rewrite-sources.ts';

/** Files whose columns are the same. */
export interface AlikeFiles {
  readonly paths: readonly string[];
  /** Names of the columns that they have. */
  readonly names: ReadonlySet<string>;
  /** Numbers of each file's rows in the order of all files, `[start, end)`. */
  readonly numbers: readonly RowNumbers[];
  readonly rows: number;
}

interface RowNumbers {
  readonly start: number;
  readonly end: number;
}

interface SourceFile {
  readonly path: string;
  readonly start: number;
  readonly rows: number;
  /** The number of each column's type in this file, in the table's order. */
  readonly forms: Int32Array;
}

/** The form of a column that a file lacks. */
const lacking = -1;

/** Files on this machine whose rows are to be written again, in their order: what all of their footers say, in little memory. */
export class SourceFiles {
  readonly columns: readonly Column[];
  readonly #files: SourceFile[] = [];
  readonly #forms = new Map<string, number>();
  readonly #packedBytes = new Map<string, number>();
  readonly #zeroColumns = new Set<string>();
  #rows = 0;

  /** `columns` are the table's. */
  constructor(columns: readonly Column[]) {
    this.columns = columns;
  }

  get rows(): number {
    return this.#rows;
  }

  add(path: string, { columns, rows, packedBytes, zeroColumns }: SourceFacts): void {
    const types = new Map(columns.map(({ name, type }) => [name, JSON.stringify(type)]));
    const forms = Int32Array.from(this.columns, ({ name }) => this.#formOf(types.get(name)));
    this.#files.push({ path, start: this.#rows, rows, forms });
    this.#rows += rows;
    for (const [name, bytes] of packedBytes) this.#packedBytes.set(name, (this.#packedBytes.get(name) ?? 0) + bytes);
    for (const name of zeroColumns) this.#zeroColumns.add(name);
  }

  /** Packed bytes that a row takes in these columns. */
  bytesPerRow(columns: readonly Column[]): number {
    return columns.reduce((sum, { name }) => sum + (this.#packedBytes.get(name) ?? 0), 0) / Math.max(1, this.#rows);
  }

  /** Those of the columns in which some value may be zero. */
  withZeros(columns: readonly Column[]): Column[] {
    return columns.filter(({ name }) => this.#zeroColumns.has(name));
  }

  /** Groups the files by which of these columns they have, and of which types. */
  alike(columns: readonly Column[]): AlikeFiles[] {
    const wanted = new Set(columns);
    const indexes = this.columns.flatMap((column, index) => (wanted.has(column) ? [index] : []));
    const groups = Map.groupBy(this.#files, ({ forms }) => indexes.map((index) => forms[index]).join(' '));
    return [...groups.values()].map((group) => {
      const [{ forms } = { forms: new Int32Array() }] = group;
      const names = indexes.flatMap((index) => (forms[index] === lacking ? [] : (this.columns[index]?.name ?? [])));
      return {
        paths: group.map(({ path }) => path),
        names: new Set(names),
        numbers: group.map(({ start, rows }) => ({ start, end: start + rows })),
        rows: group.reduce((sum, { rows }) => sum + rows, 0),
      };
    });
  }

  #formOf(type: string | undefined): number {
    if (type === undefined) return lacking;
    const form = this.#forms.get(type) ?? this.#forms.size;
    this.#forms.set(type, form);
    return form;
  }
}
