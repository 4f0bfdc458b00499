import { partitionKeys, type Layout } from '../../../schema/partitions/layout.ts';
import type { WrittenEntry, WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import { deadLetterKeys, deadLetterTable } from '../../table/dead-letters/dead-letter-table.ts';
import { isNested, type Column } from '../../../schema/types/column-type.ts';
import { noteColumns, type FileColumns } from './audit-columns.ts';
import type { TableNeeds } from './table-needs.ts';

/** Versions of the catalog's table of which files are looked at. */
const versionsMax = 1000;

/** What the objects of each kind ask of their table in the catalog. */
export type NeedsByKind = Readonly<Record<WrittenObject['kind'], CatalogNeeds>>;

/** What the objects of one kind ask of their table in the catalog. */
export class CatalogNeeds {
  readonly files: FileColumns = new Map();
  /** Nested columns of files by folder, `table/event_date=…/`: a partition has a type of its own for each. */
  readonly #nested = new Map<string, FileColumns>();
  readonly #kind: WrittenObject['kind'];
  readonly #used = new Set<string>();
  /** First and last object that were written at each version of the table: the first brought the columns that are new in it. */
  readonly #examples = new Map<string, [WrittenObject, WrittenObject]>();
  #layout: Layout = 'none';
  #hasObjects = false;

  constructor(kind: WrittenObject['kind']) {
    this.#kind = kind;
  }

  get hasObjects(): boolean {
    return this.#hasObjects;
  }

  /** `hasExpired`: the object may be gone, and its partition with it. */
  add({ recipe, outcome }: WrittenEntry, hasExpired: (object: WrittenObject) => boolean): void {
    for (const object of outcome.objects) {
      if (object.kind !== this.#kind) continue;
      this.#hasObjects = true;
      this.#layout = recipe.placement.layout;
      if (hasExpired(object)) continue;
      if (object.partition.length > 0) this.#used.add(object.partition.join('/'));
      const version = outcome.catalogVersion;
      const known = this.#examples.get(version);
      if (known !== undefined) known[1] = object;
      else if (this.#examples.size < versionsMax) this.#examples.set(version, [object, object]);
    }
  }

  /** Notes what a file holds; `folder`: that of its Hive partition in the table, where the file is in another. */
  note(key: string, columns: readonly Column[], folder = key.slice(0, key.lastIndexOf('/') + 1)): void {
    noteColumns(this.files, key, columns);
    const nested = columns.filter(({ type }) => isNested(type));
    if (nested.length === 0) return;
    const known = this.#nested.get(folder) ?? new Map();
    this.#nested.set(folder, known);
    noteColumns(known, key, nested);
  }

  examples(): WrittenObject[] {
    return [...new Set([...this.#examples.values()].flat())];
  }

  needs({ table, uri }: { readonly table: string; readonly uri: (key: string) => string }): TableNeeds {
    const isRows = this.#kind === 'rows';
    const name = isRows ? table : deadLetterTable(table);
    const keys = isRows ? partitionKeys(this.#layout) : deadLetterKeys;
    return { name, location: uri(`${name}/`), partitionKeys: keys, used: this.#used, nested: this.#nested };
  }
}
