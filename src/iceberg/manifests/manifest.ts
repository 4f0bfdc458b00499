import { z } from 'zod';
import { PipelineError } from '../../runtime/errors.ts';
import { AvroFileWriter, readAvroRecords } from '../avro/avro-file.ts';
import { field, fieldNames, optional, type AvroField, type AvroType } from '../avro/avro-schema.ts';
import type { IcebergSchema } from '../metadata/iceberg-schema.ts';
import { partitionFields } from '../metadata/partition-fields.ts';
import type { ManifestFile } from './manifest-list.ts';
import type { PartitionSpec } from '../metadata/table-metadata.ts';

/**
 * Manifests: Avro files that list data files with what is known of their columns. Names are the specification's; what is read goes by its ids.
 * Source: https://iceberg.apache.org/spec/#manifests
 */

/** What has become of a file in the snapshot that wrote the manifest. */
export const fileStatus = { existing: 0, added: 1, deleted: 2 } as const;

/** Data files, or files of deletes of either kind. */
export const fileContent = { data: 0, positionDeletes: 1, equalityDeletes: 2 } as const;

const integer = z.union([z.number().int(), z.bigint()]);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const mapOf = <Value extends z.ZodType>(value: Value) => z.array(z.object({ key: z.number().int(), value })).nullish();

const dataFileSchema = z.looseObject({
  content: z.number().int().default(fileContent.data),
  file_path: z.string(),
  file_format: z.string(),
  /** Values of the partition spec's fields by their names. */
  partition: z.record(z.string(), z.unknown()),
  record_count: z.number().int(),
  file_size_in_bytes: z.number().int(),
  column_sizes: mapOf(integer),
  value_counts: mapOf(integer),
  null_value_counts: mapOf(integer),
  lower_bounds: mapOf(bytes),
  upper_bounds: mapOf(bytes),
  split_offsets: z.array(integer).nullish(),
  sort_order_id: z.number().int().nullish(),
});

const entrySchema = z.looseObject({
  status: z.number().int(),
  snapshot_id: integer.nullish(),
  sequence_number: integer.nullish(),
  file_sequence_number: integer.nullish(),
  data_file: dataFileSchema,
});

export type DataFile = z.infer<typeof dataFileSchema>;

/** One file of a manifest; ids and numbers of `added` ones are inherited from the snapshot where they are left out. */
export type ManifestEntry = z.infer<typeof entrySchema>;

/** Writes a manifest of data files, entry by entry. */
export class ManifestWriter {
  readonly #schema: IcebergSchema;
  readonly #spec: PartitionSpec;
  readonly #file: AvroFileWriter;

  constructor(schema: IcebergSchema, spec: PartitionSpec) {
    this.#schema = schema;
    this.#spec = spec;
    this.#file = new AvroFileWriter(manifestType(schema, spec));
  }

  append(entry: ManifestEntry): void {
    this.#file.append(entry);
  }

  finish(): Buffer {
    return this.#file.finish({
      schema: JSON.stringify(this.#schema),
      'schema-id': String(this.#schema['schema-id']),
      'partition-spec': JSON.stringify(this.#spec.fields),
      'partition-spec-id': String(this.#spec['spec-id']),
      'format-version': '2',
      content: 'data',
    });
  }
}

/**
 * Reads a manifest's entries with what they inherit from its line in the manifest list, one by one: with the metrics of all columns a file takes up
 * to 20 kB of memory. Throws CATALOG_CORRUPT.
 */
export function* readManifest(file: Uint8Array, manifest: ManifestFile): Generator<ManifestEntry, void> {
  for (const record of readAvroRecords(file, manifest.manifest_path, names)) {
    const parsed = entrySchema.safeParse(record);
    if (!parsed.success) throw corrupt(manifest.manifest_path, z.prettifyError(parsed.error));
    yield inherited(parsed.data, manifest);
  }
}

function inherited(entry: ManifestEntry, manifest: ManifestFile): ManifestEntry {
  const isAdded = entry.status === fileStatus.added;
  const sequenceNumber = isAdded ? manifest.sequence_number : 0;
  return {
    ...entry,
    snapshot_id: entry.snapshot_id ?? manifest.added_snapshot_id,
    sequence_number: entry.sequence_number ?? sequenceNumber,
    file_sequence_number: entry.file_sequence_number ?? sequenceNumber,
  };
}

function corrupt(name: string, what: string): PipelineError {
  return new PipelineError('CATALOG_CORRUPT', {
    message: `${name} is no manifest that can be read: ${what}`,
    retryable: false,
    details: { name },
  });
}

function manifestType(schema: IcebergSchema, spec: PartitionSpec): AvroType {
  const partition: AvroType = {
    type: 'record',
    name: 'r102',
    fields: partitionFields(schema, spec).map(({ name, id, avroType }) => field(id, name, optional(avroType))),
  };
  return entryType(partition);
}

function entryType(partition: AvroType): AvroType {
  return {
    type: 'record',
    name: 'manifest_entry',
    fields: [
      field(0, 'status', 'int'),
      field(1, 'snapshot_id', optional('long')),
      field(3, 'sequence_number', optional('long')),
      field(4, 'file_sequence_number', optional('long')),
      field(2, 'data_file', { type: 'record', name: 'r2', fields: dataFileFields(partition) }),
    ],
  };
}

function dataFileFields(partition: AvroType): AvroField[] {
  return [
    field(134, 'content', 'int'),
    field(100, 'file_path', 'string'),
    field(101, 'file_format', 'string'),
    field(102, 'partition', partition),
    field(103, 'record_count', 'long'),
    field(104, 'file_size_in_bytes', 'long'),
    field(108, 'column_sizes', optional(mapType(117, 118, 'long'))),
    field(109, 'value_counts', optional(mapType(119, 120, 'long'))),
    field(110, 'null_value_counts', optional(mapType(121, 122, 'long'))),
    field(137, 'nan_value_counts', optional(mapType(138, 139, 'long'))),
    field(125, 'lower_bounds', optional(mapType(126, 127, 'bytes'))),
    field(128, 'upper_bounds', optional(mapType(129, 130, 'bytes'))),
    field(131, 'key_metadata', optional('bytes')),
    field(132, 'split_offsets', optional(listType(133, 'long'))),
    field(135, 'equality_ids', optional(listType(136, 'int'))),
    field(140, 'sort_order_id', optional('int')),
  ];
}

function listType(id: number, items: AvroType): AvroType {
  return { type: 'array', items, 'element-id': id };
}

/** Avro's own maps have string keys: a map by field ids is an array of pairs. */
function mapType(keyId: number, valueId: number, value: AvroType): AvroType {
  return {
    type: 'array',
    logicalType: 'map',
    items: {
      type: 'record',
      name: `k${keyId}_v${valueId}`,
      fields: [
        { name: 'key', type: 'int', 'field-id': keyId },
        { name: 'value', type: value, 'field-id': valueId },
      ],
    },
  };
}

/** Fields of partitions have the names of their table's. */
const names = fieldNames(entryType({ type: 'record', name: 'r102', fields: [] }));
