import { crc32 } from 'node:zlib';
import { formatType } from '../../../schema/types/hive-ddl.ts';
import { hivePath } from '../../../schema/partitions/layout.ts';
import { hasProjection } from '../../../schema/partitions/projection.ts';
import { widenedProjection } from '../../../schema/partitions/widen-projection.ts';
import type { WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import { mergedFolder } from '../../ledger/keys/object-keys.ts';
import type { Catalog, CatalogTable, ObjectStore } from '../../ports/lake.ts';
import { changedByOthers } from '../../ports/catalog-rules.ts';
import { conflictsMax, type SchemaKeeper } from './schema-keeper.ts';
import { isNested } from '../../../schema/types/column-type.ts';

/** Makes the Hive partitions of written objects known to the catalog, each once per process and shape of the table. */
export class HivePartitions {
  readonly #catalog: Catalog;
  readonly #store: ObjectStore;
  readonly #registered = new Set<string>();

  constructor({ catalog, store }: { readonly catalog: Catalog; readonly store: ObjectStore }) {
    this.#catalog = catalog;
    this.#store = store;
  }

  async register(keeper: SchemaKeeper, name: string, objects: readonly WrittenObject[]): Promise<void> {
    const partitioned = objects.filter(({ partition }) => partition.length > 0);
    if (partitioned.length === 0) return;
    const table = keeper.table ?? (await keeper.refresh());
    if (table === undefined) return;
    if (hasProjection(table.parameters)) return this.#widen(keeper, table, partitioned);
    const nested = nestedTypes(table);
    const unknown = new Map<string, readonly string[]>();
    for (const { partition } of partitioned) {
      const id = `${name}/${partition.join('/')} ${nested}`;
      if (!this.#registered.has(id)) unknown.set(id, partition);
    }
    if (unknown.size === 0) return;
    const keys = table.partitionKeys.map((key) => key.name);
    const partitions = [...unknown.values()].map((values) => {
      const folder = (of: string): string => this.#store.uri(`${of}/${hivePath(keys, values)}/`);
      return { values: [...values], location: folder(name), movedTo: folder(mergedFolder(name)) };
    });
    await this.#catalog.addPartitions(table, partitions);
    for (const id of unknown.keys()) this.#registered.add(id);
  }

  /** Lets Athena look at days and years that the table does not know yet. */
  async #widen(keeper: SchemaKeeper, table: CatalogTable, objects: readonly WrittenObject[]): Promise<void> {
    const partitions = objects.map(({ partition }) => partition);
    let current: CatalogTable | undefined = table;
    for (let attempt = 0; attempt < conflictsMax && current !== undefined; attempt++) {
      const parameters = widenedProjection(current.partitionKeys, current.parameters, partitions);
      if (parameters === undefined) return;
      const change = { table: current.name, expectedVersion: current.version, addColumns: [], parameters };
      await this.#catalog.evolve(change);
      current = await keeper.refresh();
    }
    throw changedByOthers(table.name, conflictsMax);
  }
}

/** A registered partition keeps its own columns: it is registered again when structs of the table have grown. */
function nestedTypes({ columns }: CatalogTable): number {
  const nested = columns.filter(({ type }) => isNested(type));
  return crc32(nested.map(({ name, type }) => `${name} ${formatType(type)}`).join(','));
}
