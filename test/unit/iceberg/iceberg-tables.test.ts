import { describe, expect, it } from 'vitest';
import { currentSchema, defaultSpec } from '../../../src/iceberg/metadata/table-metadata.ts';
import { nameMappingProperty } from '../../../src/iceberg/metadata/name-mapping.ts';
import { applyUpdates } from '../../../src/iceberg/metadata/table-updates.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';
import { changeTable, createTable, loadTable, openIcebergLake } from '../../support/iceberg-lake.ts';

async function load({ catalog }: Awaited<ReturnType<typeof openIcebergLake>>) {
  const table = await catalog.load('readings');
  if (table === undefined) throw new Error('there is no table');
  return table;
}

describe('Iceberg tables as tables', () => {
  it('have the columns and partition keys that they were made with', async () => {
    const lake = await openIcebergLake();
    const { metadata } = await createTable(lake);
    const table = await load(lake);
    expect(table).toMatchObject({
      columns: parseColumns('n bigint, kafka_partition int, kafka_offset bigint'),
      partitionKeys: parseColumns('event_date string'),
      location: lake.store.uri('readings/'),
      parameters: { 'glueless.topic': 'readings', 'write.format.default': 'parquet' },
    });
    expect(defaultSpec(metadata).fields).toEqual([
      { 'source-id': 4, 'field-id': 1000, name: 'event_date', transform: 'identity' },
    ]);
    expect(await lake.catalog.load('other')).toBeUndefined();
  });

  it('say that they exist to who makes them second', async () => {
    const lake = await openIcebergLake();
    await createTable(lake);
    const { columns, partitionKeys, location } = await load(lake);
    const again = { name: 'readings', columns, partitionKeys, location, parameters: {} };
    expect(await lake.catalog.create(again)).toBe('exists');
  });

  it('grow by columns and by fields inside of others, with ids that nobody had, and keep the ids they have', async () => {
    const lake = await openIcebergLake();
    await createTable(lake);
    const grow = async (addColumns: string, replaceColumns = '') =>
      lake.catalog.evolve({
        table: 'readings',
        expectedVersion: (await load(lake)).version,
        addColumns: parseColumns(addColumns),
        replaceColumns: parseColumns(replaceColumns),
      });
    await grow('place struct<lat:double>, tags array<struct<a:string>>, m map<string,double>, d decimal(9,2)');
    await grow('humidity double', 'place struct<lat:double,lon:double>, tags array<struct<a:string,b:bigint>>');
    const { metadata } = await loadTable(lake);
    const field = (id: number, name: string, type: string) => ({ id, name, required: false, type });
    expect(currentSchema(metadata).fields.slice(4)).toEqual([
      {
        ...field(5, 'place', ''),
        type: { type: 'struct', fields: [field(6, 'lat', 'double'), field(14, 'lon', 'double')] },
      },
      {
        ...field(7, 'tags', ''),
        type: {
          type: 'list',
          'element-id': 8,
          'element-required': false,
          element: { type: 'struct', fields: [field(9, 'a', 'string'), field(15, 'b', 'long')] },
        },
      },
      {
        ...field(10, 'm', ''),
        type: { type: 'map', 'key-id': 11, key: 'string', 'value-id': 12, 'value-required': false, value: 'double' },
      },
      field(13, 'd', 'decimal(9, 2)'),
      field(16, 'humidity', 'double'),
    ]);
    expect((await load(lake)).columns.at(-1)).toEqual({ name: 'humidity', type: { kind: 'double' } });
    expect((await load(lake)).fieldIds?.get('tags')?.fields?.get('element')?.fields?.get('b')?.id).toBe(15);
    expect(JSON.parse(metadata.properties[nameMappingProperty] ?? '').at(4)).toEqual({
      'field-id': 5,
      names: ['place'],
      fields: [
        { 'field-id': 6, names: ['lat'] },
        { 'field-id': 14, names: ['lon'] },
      ],
    });
  });

  it('let one of several change a schema; the others see that it has changed', async () => {
    const lake = await openIcebergLake();
    await createTable(lake);
    const { version } = await load(lake);
    const results = await Promise.all(
      ['b', 'c', 'd'].map((name) =>
        lake.catalog.evolve({
          table: 'readings',
          expectedVersion: version,
          addColumns: parseColumns(`${name} string`),
        }),
      ),
    );
    expect(results.toSorted()).toEqual(['conflict', 'conflict', 'evolved']);
    expect((await load(lake)).columns).toHaveLength(4);
  });

  it('take a change of the schema though a snapshot came between', async () => {
    const lake = await openIcebergLake();
    const table = await createTable(lake);
    const { version } = await load(lake);
    await lake.iceberg.commit(table, {
      requirements: [],
      updates: [{ action: 'set-properties', updates: { a: '1' } }],
    });
    const change = { table: 'readings', expectedVersion: version, addColumns: parseColumns('b string') };
    expect(await lake.catalog.evolve(change)).toBe('evolved');
    expect((await loadTable(lake)).metadata.properties['a']).toBe('1');
  });

  it.each([
    ['a type that no JSON value has', { type: 'uuid' }],
    ['a column that must have a value', { type: 'string', required: true }],
    ['a name with capital letters', { type: 'string', name: 'deviceId' }],
  ])('are refused with %s, by its name', async (_, other) => {
    const lake = await openIcebergLake();
    const table = await createTable(lake);
    const schema = currentSchema(table.metadata);
    const field = { id: 9, name: 'odd', required: false, ...other };
    await lake.iceberg.commit(table, {
      requirements: [],
      updates: [
        { action: 'add-schema', schema: { ...schema, fields: [...schema.fields, field] } },
        { action: 'set-current-schema', 'schema-id': -1 },
      ],
    });
    await expect(lake.catalog.load('readings')).rejects.toMatchObject({
      code: 'TABLE_MISMATCH',
      message: expect.stringContaining(field.name),
    });
  });

  it('name a partition that is made by another transform, so that it is no layout of ours', async () => {
    const lake = await openIcebergLake();
    const { metadata } = await createTable(lake);
    const spec = {
      'spec-id': 1,
      fields: [{ 'source-id': 1, 'field-id': 1001, name: 'n_bucket', transform: 'bucket[4]' }],
    };
    const updates = [
      { action: 'add-spec' as const, spec },
      { action: 'set-default-spec' as const, 'spec-id': -1 },
    ];
    expect(applyUpdates(metadata, updates, 0)['default-spec-id']).toBe(1);
    await changeTable(lake, updates);
    expect((await load(lake)).partitionKeys.map(({ name }) => name)).toEqual(['bucket[4] n_bucket']);
  });
});
