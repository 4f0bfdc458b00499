import { randomUUID } from 'node:crypto';
import { changedByOthers } from '../../consumer/ports/catalog-rules.ts';
import type { Catalog, CatalogTable, TableDefinition, TableGrowth } from '../../consumer/ports/lake.ts';
import { msPerMinute } from '../../runtime/duration.ts';
import type { Column } from '../../schema/types/column-type.ts';
import { retentionProperties } from '../metadata/expire-snapshots.ts';
import type { IcebergCatalog, LoadedTable, TableChange } from '../iceberg-catalog.ts';
import { columnsOfFields, fieldIdsOf, grownField, IdSource, newField } from '../metadata/iceberg-columns.ts';
import type { IcebergField } from '../metadata/iceberg-schema.ts';
import { nameMapping, nameMappingProperty } from '../metadata/name-mapping.ts';
import { currentSchema, defaultSpec } from '../metadata/table-metadata.ts';
import type { TableUpdate } from '../metadata/table-updates.ts';

/** Changes of a table by others that are taken in before a change of ours gives up. */
const conflictsMax = 20;

/** Properties that tell other engines how this table is written. */
const tableProperties: Readonly<Record<string, string>> = {
  'write.format.default': 'parquet',
  'write.parquet.compression-codec': 'zstd',
  'write.metadata.delete-after-commit.enabled': 'true',
  'write.metadata.previous-versions-max': '100',
  // each commit writes all of them again: 100, however often there is one
  [retentionProperties.countMin]: '100',
  [retentionProperties.ageMaxMs]: String(msPerMinute),
};

/**
 * The tables of an Iceberg catalog as the rest of the program knows tables. Partition keys are string columns of the schema, by whose
 * values the table is partitioned as they are (identity), so that the same SQL reads tables of both formats. What is registered for a
 * Hive partition is in the manifests here: there is nothing to add.
 */
export function createIcebergTables(iceberg: IcebergCatalog): Catalog {
  const load = async (name: string): Promise<CatalogTable | undefined> => {
    const table = await iceberg.load(name);
    return table && describe(table);
  };
  return {
    load,
    create: async (definition) => (await iceberg.create(definition.name, creationOf(definition))).kind,
    evolve: async ({ table: name, expectedVersion, ...changed }) => {
      for (let attempt = 0; attempt < conflictsMax; attempt++) {
        const table = await iceberg.load(name);
        if (table === undefined || versionOf(table) !== expectedVersion) return 'conflict';
        const change = growth(table, changed);
        // a conflict may be a snapshot of somebody's, with the schema as it was
        if ((await iceberg.commit(table, change)).kind === 'committed') return 'evolved';
      }
      throw changedByOthers(name, conflictsMax);
    },
    addPartitions: async () => {},
    movePartition: async () => 'missing',
    removePartitions: async () => {},
    listPartitions: async function* () {},
  };
}

function describe(table: LoadedTable): CatalogTable {
  const { name, metadata } = table;
  const { fields } = currentSchema(metadata);
  const keys = partitionColumns(table);
  const names = new Set(keys.map((key) => key.name));
  return {
    name,
    columns: columnsOfFields(
      fields.filter((field) => !names.has(field.name)),
      name,
    ),
    partitionKeys: keys,
    location: `${metadata.location.replace(/\/$/, '')}/`,
    parameters: metadata.properties,
    version: versionOf(table),
    fieldIds: fieldIdsOf(fields),
  };
}

/** Changes when the schema or the partitions do, and not with every snapshot. */
function versionOf({ metadata }: LoadedTable): string {
  return `${metadata['table-uuid']}/${metadata['current-schema-id']}/${metadata['default-spec-id']}`;
}

/** The columns by whose values the table is partitioned; a field that is made of a column in another way counts by its own name. */
function partitionColumns({ name, metadata }: LoadedTable): Column[] {
  const { fields } = currentSchema(metadata);
  return defaultSpec(metadata).fields.flatMap((field): Column[] => {
    const source = fields.find(({ id }) => id === field['source-id']);
    if (field.transform !== 'identity' || source === undefined)
      return [{ name: `${field.transform} ${field.name}`, type: { kind: 'string' } }];
    return columnsOfFields([source], name);
  });
}

function creationOf({ columns, partitionKeys, location, parameters }: TableDefinition): TableUpdate[] {
  const ids = new IdSource(0);
  const data = columns.map((column) => newField(column, ids));
  const keys = partitionKeys.map((key) => newField(key, ids));
  const fields = [...data, ...keys];
  const partitions = keys.map(({ id, name }, index) => ({
    'source-id': id,
    'field-id': 1000 + index,
    name,
    transform: 'identity',
  }));
  return [
    { action: 'assign-uuid', uuid: randomUUID() },
    { action: 'upgrade-format-version', 'format-version': 2 },
    { action: 'set-location', location: location.replace(/\/$/, '') },
    { action: 'add-schema', schema: { type: 'struct', 'schema-id': 0, fields } },
    { action: 'set-current-schema', 'schema-id': -1 },
    { action: 'add-spec', spec: { 'spec-id': 0, fields: partitions } },
    { action: 'set-default-spec', 'spec-id': -1 },
    { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
    { action: 'set-default-sort-order', 'sort-order-id': -1 },
    {
      action: 'set-properties',
      updates: { ...tableProperties, ...parameters, [nameMappingProperty]: nameMapping(fields) },
    },
  ];
}

/** The change that adds columns, and fields to columns, with ids that the table has never had. */
function growth(
  { metadata }: LoadedTable,
  { addColumns, replaceColumns = [], parameters = {}, removeParameters = [] }: TableGrowth,
): TableChange {
  const schema = currentSchema(metadata);
  const ids = new IdSource(metadata['last-column-id']);
  const replaced = new Map(replaceColumns.map(({ name, type }) => [name, type]));
  const grown = schema.fields.map((field) => {
    const type = replaced.get(field.name);
    return type === undefined ? field : grownField(field, type, ids);
  });
  const fields: IcebergField[] = [...grown, ...addColumns.map((column) => newField(column, ids))];
  const mapping = { [nameMappingProperty]: nameMapping(fields) };
  return {
    requirements: [
      { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
      { type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] },
      { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': metadata['last-column-id'] },
    ],
    updates: [
      { action: 'add-schema', schema: { ...schema, fields } },
      { action: 'set-current-schema', 'schema-id': -1 },
      { action: 'set-properties', updates: { ...parameters, ...mapping } },
      ...(removeParameters.length > 0 ? [{ action: 'remove-properties' as const, removals: removeParameters }] : []),
    ],
  };
}
