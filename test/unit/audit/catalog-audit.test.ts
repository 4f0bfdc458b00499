import { fromPartition } from '../../../src/aws/glue/glue-table.ts';
import { describe, expect, it } from 'vitest';
import { auditTableDefinition } from '../../../src/consumer/audit/hive/audit-table-definition.ts';
import { HivePartitionAudit } from '../../../src/consumer/audit/hive/hive-partition-audit.ts';
import { noteColumns } from '../../../src/consumer/audit/catalog/audit-columns.ts';
import { projectionParameters } from '../../../src/schema/partitions/projection.ts';
import { parseColumns } from '../../../src/schema/types/hive-ddl.ts';

const location = 's3://bucket/lake/readings/';
const partitionKeys = parseColumns('event_date string, event_hour string');
const needs = { name: 'readings', location, partitionKeys, used: new Set<string>(), nested: new Map() };
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
    expect(auditTableDefinition(needs, table)).toEqual([]);
  });

  it('is a finding when it has become something else, though its place and keys are the same', () => {
    expect(auditTableDefinition(needs, { ...table, otherKind: 'a table of the format ICEBERG' })).toMatchObject([
      { problem: 'table-kind', where: 'readings', what: expect.stringContaining('ICEBERG') },
    ]);
  });
});

describe('a table with partition projection', () => {
  const parameters = projectionParameters('hour', { location, firstDay: '2026-10-24' });
  const withDays = (...used: readonly string[]) =>
    auditTableDefinition({ ...needs, used: new Set(used) }, { ...table, parameters });

  it('is in order when its range holds all objects', () => {
    expect(withDays('2026-11-23/09', '2026-10-24/00')).toEqual([]);
  });

  it('is a finding when there are older objects, and says what the range must be', () => {
    expect(withDays('2026-11-23/09', '2026-09-01/00')).toMatchObject([
      {
        problem: 'partition-unprojected',
        action: expect.stringContaining('projection.event_date.range to 2026-09-01,NOW+2DAYS'),
      },
    ]);
  });
});

describe('a table with partition projection that has merged partitions', () => {
  it('is a finding: what the catalog computes is not where they are', () => {
    const parameters = projectionParameters('hour', { location, firstDay: '2026-10-24' });
    const locationOf = (path: string) => ({ location: `s3://bucket/lake/readings.merged/${path}/`, isWhole: true });
    const merged = { ...needs, used: new Set(['2026-11-23/09']), locationOf };
    expect(auditTableDefinition(merged, { ...table, parameters })).toMatchObject([
      { problem: 'partition-location', action: expect.stringContaining('projection.enabled') },
    ]);
    expect(auditTableDefinition(merged, table)).toEqual([]);
  });
});

describe('a partition in the catalog', () => {
  const values = ['2026-11-23', '09'];
  const place = `${location}event_date=2026-11-23/event_hour=09/`;

  function auditOf(types: Readonly<Record<string, string>>, held: string): HivePartitionAudit {
    const nested = new Map([['readings/event_date=2026-11-23/event_hour=09/', new Map()]]);
    for (const files of nested.values()) noteColumns(files, 'an object', parseColumns(held));
    const audit = new HivePartitionAudit({ ...needs, used: new Set([values.join('/')]), nested });
    audit.add({ values, location: place, types: new Map(Object.entries(types)) });
    return audit;
  }

  it('is a finding, and registered anew, when its files hold a struct with more fields than it knows', () => {
    const audit = auditOf({ a: 'double', p: 'struct<x:double>' }, 'p struct<x:double,y:string>');
    expect(audit.findings()).toMatchObject([
      {
        problem: 'partition-columns',
        where: 'readings/2026-11-23/09',
        what: expect.stringContaining('struct<x:double>'),
      },
    ]);
    expect(audit.repairs).toEqual({ missing: [], misplaced: [], outdated: new Map([['2026-11-23/09', place]]) });
  });

  it('is a finding, and registered anew, when the catalog takes its files for others than Parquet', () => {
    const audit = new HivePartitionAudit({ ...needs, used: new Set([values.join('/')]) });
    const SerdeInfo = { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' };
    audit.add(fromPartition({ Values: values, StorageDescriptor: { Location: place, SerdeInfo } }));
    expect(audit.findings()).toMatchObject([
      { problem: 'partition-columns', what: expect.stringContaining('JsonSerDe in the catalog') },
    ]);
    expect([...audit.repairs.outdated.keys()]).toEqual(['2026-11-23/09']);
  });

  it('is a finding like any other with a type that no type of ours is', () => {
    const audit = auditOf({ p: 'struct<x:uniontype<int,string>>' }, 'p struct<x:double>');
    expect(audit.findings()).toMatchObject([{ problem: 'partition-columns' }]);
    expect([...audit.repairs.outdated.keys()]).toEqual(['2026-11-23/09']);
  });

  it('is in order when the struct has grown in later hours only', () => {
    expect(auditOf({ a: 'double', p: 'struct<x:double>' }, 'p struct<x:double>').findings()).toEqual([]);
  });

  it('is in order with the table’s columns, or without those that came later', () => {
    const held = 'p struct<x:double,y:string>';
    expect(auditOf({ a: 'double', p: 'struct<x:double,y:string>' }, held).findings()).toEqual([]);
    expect(auditOf({ a: 'double' }, held).findings()).toEqual([]);
  });
});
