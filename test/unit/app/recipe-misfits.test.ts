import { describe, expect, it } from 'vitest';
import { misfitsOf } from '../../../src/app/write/recipe-misfits.ts';
import { fitRecipe } from '../../../src/consumer/table/recipe-rules.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';
import { testRecipe } from '../../support/lake.ts';

/** What is said of a recipe at a table of these columns, which has no partitions. */
function saidOf(ddl: string, recipe: Partial<typeof testRecipe> & object, comment?: string): string[] {
  const configured = { ...testRecipe, ...recipe, placement: { ...testRecipe.placement, layout: 'none' as const } };
  const table = {
    columns: parseColumns(ddl).map((column) => ({ ...column, ...(comment !== undefined && { comment }) })),
    partitionKeys: [],
    parameters: {},
    version: '1',
    name: 't',
    location: 's3://b/t/',
  };
  return misfitsOf(configured, fitRecipe(configured, table)).map(({ message }) => message);
}

describe('a recipe that a table does not let be', () => {
  it('is named: Kafka’s columns, parts of records, several records in a value', () => {
    expect(saidOf('n double', { kafkaColumns: true })).toEqual([]);
    expect(saidOf('kafka_offset string', { kafkaColumns: true })).toEqual([expect.stringContaining('KAFKA_COLUMNS')]);
    expect(saidOf('kafka_key double', { recordParts: ['key'] })).toEqual([expect.stringContaining('FIELDS_RENAME')]);
    expect(saidOf('kafka_index string', { records: 'array' })).toEqual([expect.stringContaining('RECORDS')]);
    expect(saidOf('n double', { records: 'array', recordParts: ['key'] })).toEqual([]);
  });

  it('is named where a column of the right type holds a field of records by its comment', () => {
    const data = 'first in partition 3, offsets from 12';
    expect(saidOf('kafka_key string', { recordParts: ['key'] }, data)).toEqual([
      expect.stringContaining('FIELDS_RENAME'),
    ]);
    expect(saidOf('kafka_index int', { records: 'array' }, data)).toEqual([expect.stringContaining('RECORDS')]);
    const coordinates = 'kafka_partition int, kafka_offset bigint, kafka_timestamp timestamp';
    expect(saidOf(coordinates, { kafkaColumns: true }, data)).toEqual([expect.stringContaining('KAFKA_COLUMNS')]);
    expect(saidOf(coordinates, { kafkaColumns: false }, data)).toEqual([]);
    for (const comment of ['somebody’s own words', undefined]) {
      expect(saidOf('kafka_key string', { recordParts: ['key'] }, comment)).toEqual([]);
      expect(saidOf('kafka_index int', { records: 'array' }, comment)).toEqual([]);
    }
  });

  it('is named where a hint is about a column of the table’s own', () => {
    const hints = (text: string, recipe: Partial<typeof testRecipe> & object = {}) =>
      misfitsOf({ ...testRecipe, ...recipe, hints: text }, { ...testRecipe, ...recipe, hints: text });
    expect(hints('event_date date, kafka_offset string, _rescued double, n bigint')).toEqual([
      { facts: { hinted: ['event_date', 'kafka_offset', '_rescued'] }, message: expect.stringContaining('_field') },
    ]);
    expect(hints('kafka_key string', { recordParts: ['key'] })).toHaveLength(1);
    expect(hints('kafka_offset_field string, kafka_key string, event_day date, n bigint')).toEqual([]);
    expect(hints('kafka_offset string', { kafkaColumns: false })).toEqual([]);
  });

  it('is named where the table keeps its partitions', () => {
    const fitted = { ...testRecipe, placement: { ...testRecipe.placement, layout: 'day' as const } };
    expect(misfitsOf(testRecipe, fitted)).toMatchObject([{ facts: { layout: 'day' } }]);
    expect(misfitsOf(testRecipe, testRecipe)).toEqual([]);
  });
});
