import { describe, expect, it } from 'vitest';
import { glueRefusal } from '../../support/glue-limits.ts';

function messageOf(action: string, body: object): unknown {
  const refusal = glueRefusal({
    method: 'POST',
    path: '/',
    action: `AWSGlue.${action}`,
    body: Buffer.from(JSON.stringify(body)),
  });
  return refusal?.kind === 'answer' ? refusal.message : undefined;
}

const column = { Name: 'a', Type: 'string', Comment: 'c' };
const table = (...columns: readonly object[]) => ({
  TableInput: { Name: 't', StorageDescriptor: { Columns: columns, Location: 's3://b/t/' }, PartitionKeys: [] },
  VersionId: '1',
});
const partitions = (count: number) =>
  Array.from({ length: count }, () => ({ Values: ['2026-11-23'], StorageDescriptor: { Columns: [column] } }));

describe('the stand-in for what Glue refuses', () => {
  it.each([
    ['UpdateTable', table(column)],
    ['UpdateTable', table({ ...column, Name: 'a'.repeat(255), Type: 'x'.repeat(131_072), Comment: 'c'.repeat(255) })],
    ['BatchCreatePartition', { PartitionInputList: partitions(100) }],
    ['GetTable', { DatabaseName: 'd', Name: 't' }],
  ])('takes %s within the limits', (action, body) => {
    expect(messageOf(action, body)).toBeUndefined();
  });

  it.each([
    ['UpdateTable', table({ ...column, Type: 'x'.repeat(131_073) }), 'type: 131073 characters, at most 131072'],
    ['UpdateTable', table({ ...column, Comment: 'c'.repeat(256) }), 'comment: 256 characters, at most 255'],
    ['CreateTable', table({ ...column, Name: 'n'.repeat(256) }), 'column name: 256 characters, at most 255'],
    ['CreateTable', table({ ...column, Name: 'A' }), 'the column name A is not in lower case'],
    ['CreateTable', table(column, column), 'a column twice'],
    ['UpdateTable', { ...table(column), VersionId: undefined }, 'UpdateTable without VersionId'],
    ['BatchCreatePartition', { PartitionInputList: partitions(101) }, 'partitions to create: 101, at most 100'],
    ['CreateDatabase', { DatabaseInput: { Name: '' } }, 'an empty database name'],
  ])('refuses %s beyond them: %#', (action, body, message) => {
    expect(messageOf(action, body)).toBe(message);
  });
});
