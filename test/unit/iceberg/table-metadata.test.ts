import { describe, expect, it } from 'vitest';
import {
  currentSchema,
  currentSnapshot,
  defaultSpec,
  parseTableMetadata,
  serializeTableMetadata,
  withMetadataLog,
  type Snapshot,
  type TableMetadata,
} from '../../../src/iceberg/metadata/table-metadata.ts';
import { unmetRequirement } from '../../../src/iceberg/metadata/table-requirements.ts';
import { applyUpdates, type TableUpdate } from '../../../src/iceberg/metadata/table-updates.ts';

const schema = {
  type: 'struct' as const,
  'schema-id': 0,
  fields: [
    { id: 1, name: 'deviceid', required: false, type: 'string' },
    {
      id: 2,
      name: 'tags',
      required: false,
      type: { type: 'list' as const, 'element-id': 3, 'element-required': false, element: 'string' },
    },
  ],
};

const creation: readonly TableUpdate[] = [
  { action: 'assign-uuid', uuid: '6e3ec1b5-51a1-4d47-9c0d-2b0a6ff4f1f6' },
  { action: 'set-location', location: 's3://lake/thermometer' },
  { action: 'add-schema', schema },
  { action: 'set-current-schema', 'schema-id': -1 },
  {
    action: 'add-spec',
    spec: {
      'spec-id': 0,
      fields: [{ 'source-id': 1, 'field-id': 1000, name: 'deviceid', transform: 'identity' }],
    },
  },
  { action: 'set-default-spec', 'spec-id': -1 },
  { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
  { action: 'set-default-sort-order', 'sort-order-id': -1 },
  { action: 'set-properties', updates: { 'glueless.topic': 'readings', other: 'x' } },
];

/** More than 2^53: no double has it. */
const largeId = 9_007_199_254_740_993n;

function snapshot(id: bigint, sequenceNumber: number): Snapshot {
  return {
    'snapshot-id': id,
    'sequence-number': sequenceNumber,
    'timestamp-ms': sequenceNumber * 1000,
    'manifest-list': `s3://lake/thermometer/metadata/snap-${id}.avro`,
    summary: { operation: 'append' },
    'schema-id': 0,
  };
}

function append(id: bigint, sequenceNumber: number): TableUpdate[] {
  return [
    { action: 'add-snapshot', snapshot: snapshot(id, sequenceNumber) },
    { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': id },
  ];
}

const made = applyUpdates(undefined, creation, 1000);

function withSnapshots(...ids: readonly bigint[]): TableMetadata {
  return ids.reduce((metadata, id, index) => applyUpdates(metadata, append(id, index + 1), 2000 + index), made);
}

describe('table metadata', () => {
  it('is made by the updates of a creation', () => {
    expect(currentSchema(made).fields.map(({ name }) => name)).toEqual(['deviceid', 'tags']);
    expect(defaultSpec(made).fields).toHaveLength(1);
    expect(made).toMatchObject({ 'last-column-id': 3, 'last-partition-id': 1000, 'last-updated-ms': 1000 });
    expect(currentSnapshot(made)).toBeUndefined();
  });

  it('keeps every digit of a snapshot id, and fields that nobody knows, through its JSON', () => {
    const metadata = withSnapshots(largeId);
    const text = serializeTableMetadata(metadata).replace('{', '{"row-lineage":{"next":9007199254740995},');
    const read = parseTableMetadata(text, 'v1.metadata.json');
    expect(currentSnapshot(read)?.['snapshot-id']).toBe(largeId);
    const again = serializeTableMetadata(applyUpdates(read, append(2n, 2), 3000));
    expect(again).toContain('"row-lineage":{"next":9007199254740995}');
    expect(again).toContain('"current-snapshot-id":2,');
    expect(again).toContain(`"snapshot-id":${largeId}`);
  });

  it('takes -1 for no snapshot, as older writers say it', () => {
    const text = serializeTableMetadata({ ...made, 'current-snapshot-id': -1n });
    expect(currentSnapshot(parseTableMetadata(text, 'v1.metadata.json'))).toBeUndefined();
  });

  it.each([
    ['damaged JSON', '{"format-version": 2,'],
    ['an older format version', serializeTableMetadata(made).replace('"format-version":2', '"format-version":1')],
    ['a missing schema list', serializeTableMetadata(made).replace('"schemas"', '"schemes"')],
    ...[
      '{"id":1.5,"name":"a","required":false,"type":"int"}',
      '{"id":1,"required":false,"type":"int"}',
      '{"id":1,"name":"a","type":"int"}',
      '{"id":1,"name":"a","required":false,"type":null}',
      '{"id":1,"name":"a","required":false,"type":"int","doc":7}',
      '{"id":1,"name":"a","required":false,"type":{"type":"set"}}',
      '{"id":1,"name":"a","required":false,"type":{"type":"struct"}}',
      '{"id":1,"name":"a","required":false,"type":{"type":"list","element-id":2,"element":"int"}}',
      '{"id":1,"name":"a","required":false,"type":{"type":"map","key-id":2,"key":"string","value":"int","value-required":false}}',
    ].map((field) => [
      `a schema with ${field}`,
      serializeTableMetadata(made).replace(/("schemas":\[.*?"fields":\[)/, `$1${field},`),
    ]),
  ])('refuses %s with the name of the file', (_, text) => {
    expect(() => parseTableMetadata(text, 'v7.metadata.json')).toThrow(
      expect.objectContaining({ code: 'CATALOG_CORRUPT', message: expect.stringContaining('v7.metadata.json') }),
    );
  });

  it('says that another engine has upgraded the table', () => {
    const text = serializeTableMetadata(made).replace('"format-version":2', '"format-version":3');
    expect(() => parseTableMetadata(text, 'v7.metadata.json')).toThrow(
      expect.objectContaining({ code: 'TABLE_MISMATCH', message: expect.stringContaining('format version 3') }),
    );
  });

  it('remembers as many previous files as the table says', () => {
    const metadata: TableMetadata = { ...made, properties: { 'write.metadata.previous-versions-max': '2' } };
    const third = ['a', 'b', 'c'].reduce(
      (current, location, index) => withMetadataLog(current, { location, updatedMs: index }),
      metadata,
    );
    expect(third['metadata-log'].map((entry) => entry['metadata-file'])).toEqual(['b', 'c']);
  });
});

describe('updates of a table', () => {
  it('append a snapshot, move main to it and note it in the log', () => {
    const metadata = withSnapshots(11n, 12n);
    expect(metadata).toMatchObject({
      'current-snapshot-id': 12n,
      'last-sequence-number': 2,
      'last-updated-ms': 2001,
      refs: { main: { 'snapshot-id': 12n, type: 'branch' } },
    });
    expect(metadata['snapshot-log']).toEqual([
      { 'timestamp-ms': 2000, 'snapshot-id': 11n },
      { 'timestamp-ms': 2001, 'snapshot-id': 12n },
    ]);
  });

  it('keep what a ref says of retention when it moves', () => {
    const metadata = withSnapshots(11n);
    const kept = { 'snapshot-id': 11n, type: 'branch' as const, 'max-snapshot-age-ms': 5 };
    const moved = applyUpdates({ ...metadata, refs: { main: kept } }, append(12n, 2), 3000);
    expect(moved.refs['main']).toEqual({ ...kept, 'snapshot-id': 12n });
  });

  it('do not let the clock of the table go back', () => {
    expect(applyUpdates(made, [], 10)['last-updated-ms']).toBe(1000);
  });

  it('take an equal schema for the one that is there, and give another its own id', () => {
    const same: TableUpdate[] = [
      { action: 'add-schema', schema: { ...schema, 'schema-id': 9 } },
      { action: 'set-current-schema', 'schema-id': -1 },
    ];
    expect(applyUpdates(made, same, 2000).schemas).toEqual(made.schemas);
    const grown = { ...schema, fields: [...schema.fields, { id: 4, name: 'n', required: false, type: 'double' }] };
    const other = applyUpdates(
      made,
      [
        { action: 'add-schema', schema: grown },
        { action: 'set-current-schema', 'schema-id': -1 },
      ],
      2000,
    );
    expect(other).toMatchObject({ 'current-schema-id': 1, 'last-column-id': 4 });
    expect(other.schemas.map((each) => each['schema-id'])).toEqual([0, 1]);
  });

  it('remove snapshots with their refs, and the log up to the last of them', () => {
    const metadata = withSnapshots(11n, 12n, 13n);
    const tagged = applyUpdates(
      metadata,
      [{ action: 'set-snapshot-ref', 'ref-name': 'audit', type: 'tag', 'snapshot-id': 12n }],
      4000,
    );
    const left = applyUpdates(tagged, [{ action: 'remove-snapshots', 'snapshot-ids': [12n] }], 5000);
    expect(left.snapshots.map((each) => each['snapshot-id'])).toEqual([11n, 13n]);
    expect(left['snapshot-log'].map((each) => each['snapshot-id'])).toEqual([13n]);
    expect(Object.keys(left.refs)).toEqual(['main']);
  });

  it('remove the statistics of snapshots that go, which other engines have made', () => {
    const statistics = [11n, 12n].map((id) => ({ 'snapshot-id': id, 'statistics-path': `s3://lake/${id}.stats` }));
    const metadata = { ...withSnapshots(11n, 12n), statistics, 'partition-statistics': statistics };
    const read = parseTableMetadata(serializeTableMetadata(metadata), 'a file');
    const left = applyUpdates(read, [{ action: 'remove-snapshots', 'snapshot-ids': [11n] }], 5000);
    expect([left.statistics, left['partition-statistics']]).toEqual([[statistics[1]], [statistics[1]]]);
  });

  it('set and remove properties', () => {
    const set = applyUpdates(made, [{ action: 'set-properties', updates: { a: '1' } }], 2000);
    const removed = applyUpdates(set, [{ action: 'remove-properties', removals: ['other'] }], 2000);
    expect(removed.properties).toEqual({ 'glueless.topic': 'readings', a: '1' });
  });

  it.each<[string, TableMetadata, readonly TableUpdate[]]>([
    ['a snapshot twice', withSnapshots(11n), append(11n, 2)],
    ['a sequence number that was used', withSnapshots(11n), append(12n, 1)],
    ['a ref to no snapshot', made, append(11n, 1).slice(1)],
    ['to remove what readers see', withSnapshots(11n), [{ action: 'remove-snapshots', 'snapshot-ids': [11n] }]],
    ['a schema that is not there', made, [{ action: 'set-current-schema', 'schema-id': 5 }]],
  ])('refuse %s', (_, metadata, updates) => {
    expect(() => applyUpdates(metadata, updates, 9000)).toThrow(RangeError);
  });
});

describe('requirements of a change', () => {
  const metadata = withSnapshots(11n);

  it('hold for the table as it is', () => {
    const unmet = unmetRequirement(metadata, [
      { type: 'assert-table-uuid', uuid: made['table-uuid'].toUpperCase() },
      { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': 11n },
      { type: 'assert-ref-snapshot-id', ref: 'none', 'snapshot-id': null },
      { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': 3 },
      { type: 'assert-current-schema-id', 'current-schema-id': 0 },
      { type: 'assert-last-assigned-partition-id', 'last-assigned-partition-id': 1000 },
      { type: 'assert-default-spec-id', 'default-spec-id': 0 },
      { type: 'assert-default-sort-order-id', 'default-sort-order-id': 0 },
    ]);
    expect(unmet).toBeUndefined();
  });

  it.each([
    { type: 'assert-create' } as const,
    { type: 'assert-table-uuid', uuid: 'another' } as const,
    { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': 12n } as const,
    { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null } as const,
    { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': 4 } as const,
  ])('are told when they do not hold: $type', (requirement) => {
    expect(unmetRequirement(metadata, [requirement])).toBe(requirement);
  });

  it('say whether there is a table at all', () => {
    const create = { type: 'assert-create' } as const;
    const uuid = { type: 'assert-table-uuid', uuid: 'any' } as const;
    expect(unmetRequirement(undefined, [create])).toBeUndefined();
    expect(unmetRequirement(undefined, [uuid])).toBe(uuid);
  });
});
