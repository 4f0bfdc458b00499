import { largestOf } from '../../runtime/extremes.ts';
import { isDeepStrictEqual } from 'node:util';
import { unreachable } from '../../runtime/errors.ts';
import { highestFieldId, type IcebergSchema } from './iceberg-schema.ts';
import {
  mainBranch,
  type PartitionSpec,
  type Snapshot,
  type SnapshotRef,
  type SortOrder,
  type TableMetadata,
} from './table-metadata.ts';

/**
 * Changes of a table in the words of Iceberg's REST protocol; -1 as a current id means the one that was added last.
 * Source: https://github.com/apache/iceberg/blob/main/open-api/rest-catalog-open-api.yaml, TableUpdate
 */
export type TableUpdate =
  | { readonly action: 'assign-uuid'; readonly uuid: string }
  | { readonly action: 'upgrade-format-version'; readonly 'format-version': 2 }
  | { readonly action: 'add-schema'; readonly schema: IcebergSchema }
  | { readonly action: 'set-current-schema'; readonly 'schema-id': number }
  | { readonly action: 'add-spec'; readonly spec: PartitionSpec }
  | { readonly action: 'set-default-spec'; readonly 'spec-id': number }
  | { readonly action: 'add-sort-order'; readonly 'sort-order': SortOrder }
  | { readonly action: 'set-default-sort-order'; readonly 'sort-order-id': number }
  | { readonly action: 'set-location'; readonly location: string }
  | { readonly action: 'add-snapshot'; readonly snapshot: Snapshot }
  | ({ readonly action: 'set-snapshot-ref'; readonly 'ref-name': string } & Pick<SnapshotRef, 'type' | 'snapshot-id'>)
  | { readonly action: 'remove-snapshots'; readonly 'snapshot-ids': readonly bigint[] }
  | { readonly action: 'set-properties'; readonly updates: Readonly<Record<string, string>> }
  | { readonly action: 'remove-properties'; readonly removals: readonly string[] };

/** Metadata of no table yet: the updates of a creation make one of it. Ids of partition fields begin at 1000. */
const nothing: TableMetadata = {
  'format-version': 2,
  'table-uuid': '',
  location: '',
  'last-sequence-number': 0,
  'last-updated-ms': 0,
  'last-column-id': 0,
  schemas: [],
  'current-schema-id': -1,
  'partition-specs': [],
  'default-spec-id': -1,
  'last-partition-id': 999,
  properties: {},
  'current-snapshot-id': undefined,
  snapshots: [],
  'snapshot-log': [],
  'metadata-log': [],
  'sort-orders': [],
  'default-sort-order-id': -1,
  refs: {},
};

/** Makes the metadata that follows; `undefined` is the metadata of a table that is made. Throws RangeError for an impossible change. */
export function applyUpdates(
  metadata: TableMetadata | undefined,
  updates: readonly TableUpdate[],
  nowMs: number,
): TableMetadata {
  // a table's clock does not go back
  const updated = { ...(metadata ?? nothing), 'last-updated-ms': Math.max(nowMs, metadata?.['last-updated-ms'] ?? 0) };
  return updates.reduce((current, update) => applyUpdate(current, update), updated);
}

function applyUpdate(metadata: TableMetadata, update: TableUpdate): TableMetadata {
  switch (update.action) {
    case 'assign-uuid':
      return { ...metadata, 'table-uuid': update.uuid };
    case 'upgrade-format-version':
      return { ...metadata, 'format-version': update['format-version'] };
    case 'add-schema':
      return addSchema(metadata, update.schema);
    case 'set-current-schema':
      return { ...metadata, 'current-schema-id': idOf(metadata.schemas, 'schema-id', update['schema-id']) };
    case 'add-spec':
      return addSpec(metadata, update.spec);
    case 'set-default-spec':
      return { ...metadata, 'default-spec-id': idOf(metadata['partition-specs'], 'spec-id', update['spec-id']) };
    case 'add-sort-order':
      return { ...metadata, 'sort-orders': added(metadata['sort-orders'], 'order-id', update['sort-order']) };
    case 'set-default-sort-order':
      return {
        ...metadata,
        'default-sort-order-id': idOf(metadata['sort-orders'], 'order-id', update['sort-order-id']),
      };
    case 'set-location':
      return { ...metadata, location: update.location };
    case 'add-snapshot':
      return addSnapshot(metadata, update.snapshot);
    case 'set-snapshot-ref':
      return setRef(metadata, update);
    case 'remove-snapshots':
      return removeSnapshots(metadata, new Set(update['snapshot-ids']));
    case 'set-properties':
      return { ...metadata, properties: { ...metadata.properties, ...update.updates } };
    case 'remove-properties':
      return { ...metadata, properties: without(metadata.properties, new Set(update.removals)) };
    default:
      return unreachable(update);
  }
}

function addSchema(metadata: TableMetadata, schema: IcebergSchema): TableMetadata {
  const lastId = Math.max(metadata['last-column-id'], highestFieldId(schema));
  return { ...metadata, 'last-column-id': lastId, schemas: added(metadata.schemas, 'schema-id', schema) };
}

function addSpec(metadata: TableMetadata, spec: PartitionSpec): TableMetadata {
  const lastId = Math.max(metadata['last-partition-id'], ...spec.fields.map((field) => field['field-id']));
  const specs = added(metadata['partition-specs'], 'spec-id', spec);
  return { ...metadata, 'last-partition-id': lastId, 'partition-specs': specs };
}

function addSnapshot(metadata: TableMetadata, snapshot: Snapshot): TableMetadata {
  const id = snapshot['snapshot-id'];
  const sequenceNumber = snapshot['sequence-number'];
  if (metadata.snapshots.some((each) => each['snapshot-id'] === id))
    throw new RangeError(`the table has the snapshot ${id} already`);
  if (sequenceNumber <= metadata['last-sequence-number'])
    throw new RangeError(`the sequence number ${sequenceNumber} is not above ${metadata['last-sequence-number']}`);
  return { ...metadata, 'last-sequence-number': sequenceNumber, snapshots: [...metadata.snapshots, snapshot] };
}

/** What the ref says of its snapshots' retention stays. */
function setRef(
  metadata: TableMetadata,
  { 'ref-name': name, 'snapshot-id': id, type }: Extract<TableUpdate, { action: 'set-snapshot-ref' }>,
): TableMetadata {
  if (!metadata.snapshots.some((each) => each['snapshot-id'] === id))
    throw new RangeError(`the table has no snapshot ${id} for ${name} to point to`);
  const refs = { ...metadata.refs, [name]: { ...metadata.refs[name], 'snapshot-id': id, type } };
  if (name !== mainBranch || metadata['current-snapshot-id'] === id) return { ...metadata, refs };
  const entry = { 'timestamp-ms': metadata['last-updated-ms'], 'snapshot-id': id };
  return { ...metadata, refs, 'current-snapshot-id': id, 'snapshot-log': [...metadata['snapshot-log'], entry] };
}

/** The snapshot that readers see stays; refs to others that go, and statistics of these, go with them. */
function removeSnapshots(metadata: TableMetadata, ids: ReadonlySet<bigint>): TableMetadata {
  const current = metadata['current-snapshot-id'];
  if (current !== undefined && ids.has(current)) throw new RangeError(`the snapshot ${current} is the current one`);
  const stays = (item: { readonly 'snapshot-id': bigint }): boolean => !ids.has(item['snapshot-id']);
  // time travel goes by the log, which must have no hole: it begins after the last that goes
  const log = metadata['snapshot-log'];
  const lastGone = log.findLastIndex((entry) => !stays(entry));
  const { statistics, 'partition-statistics': partitionStatistics } = metadata;
  return {
    ...metadata,
    ...(statistics && { statistics: statistics.filter(stays) }),
    ...(partitionStatistics && { 'partition-statistics': partitionStatistics.filter(stays) }),
    snapshots: metadata.snapshots.filter(stays),
    'snapshot-log': log.slice(lastGone + 1),
    refs: Object.fromEntries(Object.entries(metadata.refs).filter(([, ref]) => stays(ref))),
  };
}

/** Adds the item, unless there is one alike, under its own id or the next one where that is taken; it is last afterwards. */
function added<Key extends string, Item extends Readonly<Record<Key, number>>>(
  items: readonly Item[],
  key: Key,
  item: Item,
): Item[] {
  const same = items.find((each) => isDeepStrictEqual({ ...each, [key]: 0 }, { ...item, [key]: 0 }));
  if (same !== undefined) return [...items.filter((each) => each !== same), same];
  const isFree = item[key] >= 0 && items.every((each) => each[key] !== item[key]);
  const id = isFree ? item[key] : Math.max(-1, largestOf(items.map((each) => each[key]))) + 1;
  return [...items, { ...item, [key]: id }];
}

function idOf<Key extends string>(items: readonly Readonly<Record<Key, number>>[], key: Key, wanted: number): number {
  const item = wanted === -1 ? items.at(-1) : items.find((each) => each[key] === wanted);
  if (item === undefined) throw new RangeError(`the table has no ${key} ${wanted}`);
  return item[key];
}

function without(properties: Readonly<Record<string, string>>, names: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.has(name)));
}
