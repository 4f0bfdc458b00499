import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { messageOf, PipelineError } from '../../runtime/errors.ts';
import { parseJson, writeJson } from '../../schema/json/exact-json.ts';
import { ExactNumber } from '../../schema/values/scalar-values.ts';
import { icebergSchemaSchema } from './iceberg-schema.ts';

/**
 * Metadata of an Iceberg table, format version 2, under the names of the specification. Fields that are not listed here are kept as they
 * are. Ids of snapshots are `bigint`: other engines draw them from 63 bits.
 * Source: https://iceberg.apache.org/spec/#table-metadata-fields
 */

const integer = z.number().int();

/** An id of a snapshot: `parseJson` gives those beyond 2^53 as their digits. */
const snapshotId = z
  .union([integer, z.bigint(), z.instanceof(ExactNumber)])
  .transform((id) => BigInt(id instanceof ExactNumber ? id.text : id));

const snapshotSchema = z.looseObject({
  'snapshot-id': snapshotId,
  'parent-snapshot-id': snapshotId.nullish(),
  'sequence-number': integer.default(0),
  'timestamp-ms': integer,
  'manifest-list': z.string(),
  summary: z.record(z.string(), z.string()).optional(),
  'schema-id': integer.nullish(),
});

const partitionSpecSchema = z.looseObject({
  'spec-id': integer,
  fields: z.array(
    z.looseObject({ 'source-id': integer, 'field-id': integer, name: z.string(), transform: z.string() }),
  ),
});

const sortOrderSchema = z.looseObject({
  'order-id': integer,
  fields: z.array(
    z.looseObject({
      'source-id': integer,
      transform: z.string(),
      direction: z.enum(['asc', 'desc']),
      'null-order': z.enum(['nulls-first', 'nulls-last']),
    }),
  ),
});

const snapshotRefSchema = z.looseObject({ 'snapshot-id': snapshotId, type: z.enum(['branch', 'tag']) });

/** Files in which other engines keep statistics of a snapshot each. */
const statisticsSchema = z.array(z.looseObject({ 'snapshot-id': snapshotId })).nullish();

const tableMetadataSchema = z.looseObject({
  'format-version': z.literal(2),
  'table-uuid': z.string(),
  location: z.string(),
  'last-sequence-number': integer,
  'last-updated-ms': integer,
  'last-column-id': integer,
  schemas: z.array(icebergSchemaSchema),
  'current-schema-id': integer,
  'partition-specs': z.array(partitionSpecSchema),
  'default-spec-id': integer,
  'last-partition-id': integer,
  properties: z.record(z.string(), z.string()).default({}),
  // -1 is how the specification's first version said that there is none
  'current-snapshot-id': snapshotId.nullish().transform((id) => (id === null || id === -1n ? undefined : id)),
  snapshots: z.array(snapshotSchema).default([]),
  'snapshot-log': z.array(z.looseObject({ 'timestamp-ms': integer, 'snapshot-id': snapshotId })).default([]),
  'metadata-log': z.array(z.looseObject({ 'timestamp-ms': integer, 'metadata-file': z.string() })).default([]),
  'sort-orders': z.array(sortOrderSchema),
  'default-sort-order-id': integer,
  refs: z.record(z.string(), snapshotRefSchema).default({}),
  statistics: statisticsSchema,
  'partition-statistics': statisticsSchema,
});

export type TableMetadata = z.infer<typeof tableMetadataSchema>;
export type Snapshot = z.infer<typeof snapshotSchema>;
export type PartitionSpec = z.infer<typeof partitionSpecSchema>;
export type SortOrder = z.infer<typeof sortOrderSchema>;
export type SnapshotRef = z.infer<typeof snapshotRefSchema>;

/** The branch that readers see unless they ask for another. */
export const mainBranch = 'main';

/**
 * Reads a metadata file; `name` says in messages where it stands. Other engines compress it where `write.metadata.compression-codec` says so. Throws
 * CATALOG_CORRUPT.
 */
export function readTableMetadata(bytes: Uint8Array, name: string): TableMetadata {
  const isGzip = bytes[0] === gzipMagic[0] && bytes[1] === gzipMagic[1];
  return parseTableMetadata(Buffer.from(isGzip ? unpacked(bytes, name) : bytes).toString('utf8'), name);
}

const gzipMagic = [0x1f, 0x8b];

function unpacked(bytes: Uint8Array, name: string): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw corrupt(name, messageOf(error));
  }
}

/** Reads the JSON of a metadata file; `name` says in messages where it stands. Throws CATALOG_CORRUPT. */
export function parseTableMetadata(text: string, name: string): TableMetadata {
  return checkTableMetadata(parseText(text, name), name);
}

/**
 * Checks metadata that was read as JSON by `parseJson`, which loses no digit of a snapshot's id. Throws CATALOG_CORRUPT, and TABLE_MISMATCH for a newer
 * format.
 */
export function checkTableMetadata(json: unknown, name: string): TableMetadata {
  const { data: newer } = newerSchema.safeParse(json);
  if (newer !== undefined) throw upgraded(name, newer['format-version']);
  const parsed = tableMetadataSchema.safeParse(json);
  if (!parsed.success) throw corrupt(name, z.prettifyError(parsed.error));
  return parsed.data;
}

/** Writes schemas, most of the metadata, apart from what holds ids beyond 2^53: that is written number by number. */
export function serializeTableMetadata({ schemas, ...others }: TableMetadata): string {
  return `${writeJson(others).slice(0, -1)},"schemas":${writeJson(schemas)}}`;
}

function parseText(text: string, name: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw corrupt(name, messageOf(error));
  }
}

const newerSchema = z.object({ 'format-version': z.number().gt(2) });

function upgraded(name: string, version: number): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `${name} is of format version ${version}: another engine has upgraded the table, and this program writes version 2, as Athena does`,
    retryable: false,
    details: { name },
    hint: 'an upgrade can’t be undone: write a new table, with a group of its own (LAKE_TABLE, KAFKA_GROUP_ID), of what Kafka still holds',
  });
}

function corrupt(name: string, what: string): PipelineError {
  return new PipelineError('CATALOG_CORRUPT', {
    message: `${name} is no metadata of an Iceberg table of format version 2: ${what}`,
    retryable: false,
    details: { name },
  });
}

/** Gives the snapshot that readers see; `undefined` for a table without one. */
export function currentSnapshot(metadata: TableMetadata): Snapshot | undefined {
  const id = metadata['current-snapshot-id'];
  return metadata.snapshots.find((snapshot) => snapshot['snapshot-id'] === id);
}

/** Gives a snapshot, if no other the current one, and those that it followed, as far as the table keeps them, newest first. */
export function ancestorsOf(
  { snapshots, refs }: Pick<TableMetadata, 'snapshots' | 'refs'>,
  from = refs[mainBranch]?.['snapshot-id'],
): Snapshot[] {
  const byId = new Map(snapshots.map((snapshot) => [snapshot['snapshot-id'], snapshot]));
  const ancestors: Snapshot[] = [];
  let next = from;
  while (next !== undefined && ancestors.length < snapshots.length) {
    const snapshot = byId.get(next);
    if (snapshot === undefined) break;
    ancestors.push(snapshot);
    next = snapshot['parent-snapshot-id'] ?? undefined;
  }
  return ancestors;
}

/** Gives the schema that new data is written with. */
export function currentSchema(metadata: TableMetadata): TableMetadata['schemas'][number] {
  return found(metadata.schemas, 'schema-id', metadata['current-schema-id']);
}

/** Gives the partition spec that new data is written with. */
export function defaultSpec(metadata: TableMetadata): PartitionSpec {
  return found(metadata['partition-specs'], 'spec-id', metadata['default-spec-id']);
}

function found<Key extends string, Item extends Readonly<Record<Key, number>>>(
  items: readonly Item[],
  key: Key,
  id: number,
): Item {
  const item = items.find((each) => each[key] === id);
  if (item === undefined) throw new RangeError(`the metadata has no ${key} ${id}`);
  return item;
}

const previousVersionsDefault = 100;

/**
 * Notes the metadata file that this one takes the place of, and forgets the oldest beyond `write.metadata.previous-versions-max`.
 */
export function withMetadataLog(
  metadata: TableMetadata,
  previous: { readonly location: string; readonly updatedMs: number },
): TableMetadata {
  const countMax = Number(metadata.properties['write.metadata.previous-versions-max'] ?? previousVersionsDefault);
  const log = [...metadata['metadata-log'], { 'timestamp-ms': previous.updatedMs, 'metadata-file': previous.location }];
  return { ...metadata, 'metadata-log': log.slice(-Math.max(1, countMax)) };
}
