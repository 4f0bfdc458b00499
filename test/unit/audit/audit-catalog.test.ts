import { describe, expect, it } from 'vitest';
import { auditTable } from '../../../src/consumer/audit/audit-catalog.ts';
import { parseColumns } from '../../../src/schema/hive-ddl.ts';

const location = 's3://bucket/lake/readings/';
const partitionKeys = parseColumns('event_date string, event_hour string');
const needs = { name: 'readings', location, partitionKeys, used: new Set<string>() };
const table = {
  name: 'readings',
  columns: parseColumns('a double'),
  partitionKeys,
  location,
  parameters: {},
  version: '1',
};

describe('the table in the catalog', () => {
  it('is in order as we make it', () => {
    expect(auditTable(needs, table)).toEqual([]);
  });

  it('is a finding when it has become something else, though its place and keys are the same', () => {
    expect(auditTable(needs, { ...table, otherKind: 'a table of the format ICEBERG' })).toMatchObject([
      { problem: 'table-kind', where: 'readings', what: expect.stringContaining('ICEBERG') },
    ]);
  });
});
