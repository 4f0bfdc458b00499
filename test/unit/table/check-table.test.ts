import { describe, expect, it } from 'vitest';
import type { CatalogTable } from '../../../src/consumer/ports/lake.ts';
import { checkTable } from '../../../src/consumer/table/catalog/check-table.ts';
import { topicParameter } from '../../../src/consumer/table/catalog/shared-table.ts';
import { fromTable } from '../../../src/aws/glue/glue-table.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';
import { projectionParameters } from '../../../src/schema/partitions/projection.ts';

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
    const projected = projectionParameters('hour', { location, firstDay: '2026-11-01' });
    expect(check({ parameters: projected })).not.toThrow();
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
      'whose projected hours have one digit',
      {
        parameters: {
          ...projectionParameters('hour', { location, firstDay: '2026-11-01' }),
          'projection.event_hour.digits': '1',
        },
      },
      'computes partitions that are no folders of this lake: projection.event_hour.digits is 1, expected 2',
    ],
    [
      'with a column for rescued values of another type',
      { columns: parseColumns('a double, _rescued struct<a:int>') },
      'has the column _rescued as struct<a:int>, expected string',
    ],
    [
      'of another topic',
      { parameters: { [topicParameter]: 'vitals' } },
      'holds records of the topic vitals, expected readings',
    ],
    ['of hours', { parameters: { 'glueless.kind': 'hours' } }, 'is one of hours, expected one of records'],
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

describe('a table of another topic', () => {
  const hintFor = (columns: string, tellsTopic = false): string => {
    try {
      checkTable({ ...ours, columns: parseColumns(columns) }, { location, topic: 'renamed', tellsTopic });
    } catch (error) {
      return error instanceof PipelineError ? (error.hint ?? '') : '';
    }
    return 'none is needed';
  };

  it('needs no setting that would be refused next: KAFKA_COLUMNS helps only where rows say their topic', () => {
    expect(hintFor('a double')).toMatch(/set LAKE_TABLE to a new name$/);
    expect(hintFor('a double', true)).toMatch(/set LAKE_TABLE to a new name$/);
    expect(hintFor('a double, kafka_topic string')).toContain('KAFKA_COLUMNS');
    expect(hintFor('a double, kafka_topic string', true)).toBe('none is needed');
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
    [
      'Hudi, by Spark',
      glueTable({ Parameters: { 'spark.sql.sources.provider': 'hudi' } }),
      'a table of the format hudi',
    ],
    [
      'Hudi',
      glueTable({}, { InputFormat: 'org.apache.hudi.hadoop.HoodieParquetInputFormat' }),
      'a table of org.apache.hudi.hadoop.HoodieParquetInputFormat',
    ],
    ['bucketed', glueTable({}, { NumberOfBuckets: 4, BucketColumns: ['a'] }), 'a table of 4 buckets'],
    [
      'bucketed by Spark',
      glueTable({ Parameters: { 'spark.sql.sources.schema.numBuckets': '4' } }),
      'a table of 4 buckets',
    ],
    [
      'read by position, by a property of the table',
      glueTable({ Parameters: { 'parquet.column.index.access': 'true' } }),
      'a table whose columns are found by position (parquet.column.index.access)',
    ],
    [
      'read by position',
      glueTable(
        {},
        {
          SerdeInfo: {
            SerializationLibrary: `${parquet}.serde.ParquetHiveSerDe`,
            Parameters: { 'parquet.column.index.access': 'true' },
          },
        },
      ),
      'a table whose columns are found by position (parquet.column.index.access)',
    ],
    [
      'a crawler’s',
      glueTable({}, { NumberOfBuckets: -1, InputFormat: `${parquet}.MapredParquetInputFormat` }),
      undefined,
    ],
    ['managed', glueTable({ TableType: 'MANAGED_TABLE' }), 'of the type MANAGED_TABLE'],
    ['one like ours', glueTable({}), undefined],
  ])('that is %s is known for it', (_what, table, otherKind) => {
    expect(fromTable(table).otherKind).toBe(otherKind);
  });

  it('has the names of fields in lower case, as engines read them', () => {
    const types = (type: string) => fromTable(glueTable({}, { Columns: [{ Name: 'V', Type: type }] })).columns;
    expect(types('array<struct<A:int,b:struct<C:string>>>')).toEqual(
      parseColumns('v array<struct<a:int,b:struct<c:string>>>'),
    );
    expect(() => types('struct<A:int,a:double>')).toThrow(expect.objectContaining({ code: 'TABLE_MISMATCH' }));
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

describe('a table whose rows say which topic they are from', () => {
  const take = (columns: string, topic: string) => () =>
    checkTable({ ...ours, columns: parseColumns(columns) }, { location, topic, tellsTopic: true });

  it('takes rows of other topics', () => {
    expect(take('a double, kafka_topic string', 'others')).not.toThrow();
    expect(take('a double', 'readings')).not.toThrow();
  });

  it('takes them not beside rows that do not say so, nor where the column holds something else', () => {
    expect(take('a double', 'others')).toThrow('holds records of the topic readings, expected others');
    const among = (...topics: string[]) => ({ tellsTopic: true, isSharer: (topic: string) => topics.includes(topic) });
    const expectedOf = (...topics: string[]) => ({ location, topic: 'others', ...among(...topics) });
    expect(() => checkTable(ours, expectedOf('others', 'readings'))).not.toThrow();
    expect(() => checkTable(ours, expectedOf('others', 'more'))).toThrow('holds records of the topic readings');
    expect(take('a double, kafka_topic bigint', 'readings')).toThrow(
      'has the column kafka_topic as bigint, expected string',
    );
  });
});
