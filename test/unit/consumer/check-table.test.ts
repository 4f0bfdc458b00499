import { describe, expect, it } from 'vitest';
import type { CatalogTable } from '../../../src/consumer/ports/lake.ts';
import { checkTable, topicParameter } from '../../../src/consumer/table/check-table.ts';
import { fromTable } from '../../../src/aws/glue-table.ts';
import { parseColumns } from '../../../src/schema/hive-ddl.ts';

const location = 's3://bucket/lake/readings/';
const expected = { location, topic: 'readings' };
const ours: CatalogTable = {
  name: 'readings',
  columns: parseColumns('a double'),
  partitionKeys: parseColumns('event_date string, event_hour string'),
  location,
  parameters: { [topicParameter]: 'readings' },
  version: '1',
};
const check = (changes: Partial<CatalogTable>) => () => checkTable({ ...ours, ...changes }, expected);

const parquet = 'org.apache.hadoop.hive.ql.io.parquet';
const glueTable = (changes: object, storage: object = {}) => ({
  Name: 'readings',
  TableType: 'EXTERNAL_TABLE',
  PartitionKeys: [{ Name: 'event_date', Type: 'string' }],
  ...changes,
  StorageDescriptor: {
    Location: location,
    Columns: [{ Name: 'a', Type: 'double' }],
    SerdeInfo: { SerializationLibrary: `${parquet}.serde.ParquetHiveSerDe` },
    ...storage,
  },
});

describe('a table that exists', () => {
  it('is written to when it is what we would have made', () => {
    expect(check({})).not.toThrow();
    expect(check({ parameters: {}, partitionKeys: [] })).not.toThrow();
    expect(check({ location: 's3a://bucket/lake/readings/' })).not.toThrow();
  });

  it.each([
    [
      'elsewhere',
      { location: 's3://bucket/old/readings/' },
      'lies at s3://bucket/old/readings/, this lake would write to s3://bucket/lake/readings/',
    ],
    [
      'with other partition keys',
      { partitionKeys: parseColumns('year string') },
      'is partitioned by year, expected event_date',
    ],
    [
      'with a partition key of another type',
      { partitionKeys: parseColumns('event_date date') },
      'has the partition key event_date as date, expected string',
    ],
    [
      'of another topic',
      { parameters: { [topicParameter]: 'vitals' } },
      'holds records of the topic vitals, expected readings',
    ],
    [
      'that is no table of Parquet files',
      { otherKind: 'a view' },
      'is a view, expected an external table of Parquet files',
    ],
  ])('%s is refused, with what came and what was expected', (_what, changes, message) => {
    expect(check(changes)).toThrow(
      expect.objectContaining({
        code: 'TABLE_MISMATCH',
        message: expect.stringContaining(message),
        hint: expect.any(String),
      }),
    );
  });
});

describe('a table of Glue', () => {
  it.each([
    ['a view', glueTable({ TableType: 'VIRTUAL_VIEW' }), 'a view'],
    ['Iceberg', glueTable({ Parameters: { table_type: 'ICEBERG' } }), 'a table of the format ICEBERG'],
    [
      'JSON',
      glueTable({}, { SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' } }),
      'a table of org.openx.data.jsonserde.JsonSerDe',
    ],
    ['managed', glueTable({ TableType: 'MANAGED_TABLE' }), 'of the type MANAGED_TABLE'],
    ['one like ours', glueTable({}), undefined],
  ])('that is %s is known for it', (_what, table, otherKind) => {
    expect(fromTable(table).otherKind).toBe(otherKind);
  });

  it('names the column whose type is not supported', () => {
    const table = glueTable({}, { Columns: [{ Name: 'tags', Type: 'map<int,string>' }] });
    expect(() => fromTable(table)).toThrow(
      expect.objectContaining({
        code: 'TABLE_MISMATCH',
        message: expect.stringContaining('readings has the column tags of the type map<int,string>'),
      }),
    );
  });
});
