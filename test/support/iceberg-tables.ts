import { randomBytes, randomUUID } from 'node:crypto';
import type { LoadedTable, TableChange } from '../../src/iceberg/iceberg-catalog.ts';
import { currentSnapshot, mainBranch } from '../../src/iceberg/metadata/table-metadata.ts';
import type { TableUpdate } from '../../src/iceberg/metadata/table-updates.ts';

/** Makes the updates of a new table with a nested column, partitioned by the identity of `event_date`. */
export function creationOf(location: string): TableUpdate[] {
  const optional = (id: number, name: string, type: string) => ({ id, name, required: false, type });
  const place = { type: 'struct' as const, fields: [optional(4, 'lat', 'double')] };
  const schema = {
    type: 'struct' as const,
    'schema-id': 0,
    fields: [
      optional(1, 'temperature', 'double'),
      optional(2, 'eventtime', 'timestamptz'),
      { id: 3, name: 'place', required: false, type: place },
      optional(5, 'event_date', 'string'),
    ],
  };
  const day = { 'source-id': 5, 'field-id': 1000, name: 'event_date', transform: 'identity' };
  return [
    { action: 'assign-uuid', uuid: randomUUID() },
    { action: 'upgrade-format-version', 'format-version': 2 },
    { action: 'add-schema', schema },
    { action: 'set-current-schema', 'schema-id': -1 },
    { action: 'add-spec', spec: { 'spec-id': 0, fields: [day] } },
    { action: 'set-default-spec', 'spec-id': -1 },
    { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
    { action: 'set-default-sort-order', 'sort-order-id': -1 },
    { action: 'set-location', location },
    { action: 'set-properties', updates: { 'glueless.topic': 'readings' } },
  ];
}

/** Makes an id of a snapshot that has 63 bits, as other engines draw theirs. */
export function largeSnapshotId(): bigint {
  return randomBytes(8).readBigUInt64BE() >> 1n;
}

/** Makes a change that appends a snapshot and notes positions, for a catalog: the manifest list that it names is not there. */
export function appendTo({ metadata }: LoadedTable, id: bigint, positions: string): TableChange {
  const current = currentSnapshot(metadata);
  const parent = current?.['snapshot-id'];
  const snapshot = {
    'snapshot-id': id,
    ...(parent !== undefined && { 'parent-snapshot-id': parent }),
    'sequence-number': metadata['last-sequence-number'] + 1,
    'timestamp-ms': Math.max(Date.now(), metadata['last-updated-ms']),
    'manifest-list': `${metadata.location.replace(/\/$/, '')}/metadata/snap-${id}.avro`,
    summary: { operation: 'append' },
    'schema-id': metadata['current-schema-id'],
  };
  return {
    requirements: [
      { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
      { type: 'assert-ref-snapshot-id', ref: mainBranch, 'snapshot-id': parent ?? null },
    ],
    updates: [
      { action: 'add-snapshot', snapshot },
      { action: 'set-snapshot-ref', 'ref-name': mainBranch, type: 'branch', 'snapshot-id': id },
      { action: 'set-properties', updates: { 'glueless.positions': positions } },
    ],
  };
}
