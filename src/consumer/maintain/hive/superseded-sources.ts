import { sourcesOf, type StoredNote } from '../../ledger/notes/merged-partition.ts';
import type { CatalogTable, ObjectInfo } from '../../ports/lake.ts';
import { adoptedByParameter } from '../../table/catalog/shared-table.ts';
import { listMergedFiles } from './list-merged-files.ts';
import type { MergeTools } from './merge-tools.ts';
import { registeredPartitions } from './registered-partitions.ts';

/** Objects that are deleted together, after one look at the catalog. */
const objectsMax = 5000;

/**
 * Objects of old folders whose rows have been in merged files for so long that no query can have planned them. They are deleted only where the
 * merged files are there and the catalog says, at that moment, that readers go to these.
 */
export class SupersededSources {
  readonly #table: CatalogTable;
  readonly #tools: MergeTools;
  readonly #superseded = new Map<string, readonly ObjectInfo[]>();
  #count = 0;

  constructor(table: CatalogTable, tools: MergeTools) {
    this.#table = table;
    this.#tools = tools;
  }

  /** Notes those of the listed objects of a partition whose rows are in files that are there. */
  async add({ note, hivePath }: StoredNote, listed: readonly ObjectInfo[]): Promise<void> {
    const files = sourcesOf(note);
    const wanted = listed.filter(({ key }) => files.has(key));
    if (wanted.length === 0) return;
    const there = await listMergedFiles(this.#tools.store, this.#table.name, hivePath);
    const superseded = wanted.filter(({ key: source }) => {
      const file = files.get(source);
      return file?.bytes !== undefined && there.get(file.key) === file.bytes;
    });
    this.#superseded.set(hivePath, superseded);
    this.#count += superseded.length;
    if (this.#count >= objectsMax) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#count === 0) return;
    const { store, catalog, observe, upkeep } = this.#tools;
    const table = await catalog.load(this.#table.name);
    const isOurs = table !== undefined && table.parameters[adoptedByParameter] === undefined;
    const registered = isOurs ? await registeredPartitions(table, this.#tools) : new Map<string, string>();
    const objects = [...this.#superseded].flatMap(([hivePath, superseded]) =>
      registered.get(hivePath) === 'moved' ? superseded : [],
    );
    this.#superseded.clear();
    this.#count = 0;
    if (objects.length === 0) return;
    if (!upkeep.isDryRun) await store.delete(objects.map(({ key }) => key));
    const bytes = objects.reduce((sum, { size }) => sum + size, 0);
    observe({ kind: 'sources-deleted', table: this.#table.name, files: objects.length, bytes });
  }
}
