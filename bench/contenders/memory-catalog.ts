import type { Catalog, CatalogTable } from '../../src/consumer/ports/lake.ts';

/** A catalog in memory, for a process that shares its tables with no other. */
export function createMemoryCatalog(): Catalog {
  const tables = new Map<string, CatalogTable>();
  return {
    load: async (name) => tables.get(name),
    create: async (definition) => {
      if (tables.has(definition.name)) return 'exists';
      tables.set(definition.name, { ...definition, version: '1' });
      return 'created';
    },
    evolve: async ({ table: name, expectedVersion, addColumns, replaceColumns = [], parameters }) => {
      const table = tables.get(name);
      if (table === undefined || table.version !== expectedVersion) return 'conflict';
      const kept = table.columns.map((column) => replaceColumns.find((other) => other.name === column.name) ?? column);
      tables.set(name, {
        ...table,
        columns: [...kept, ...addColumns],
        parameters: { ...table.parameters, ...parameters },
        version: String(Number(table.version) + 1),
      });
      return 'evolved';
    },
    addPartitions: async () => {},
    movePartition: async () => 'missing',
    removePartitions: async () => {},
    listPartitions: async function* none() {},
  };
}
