import { z } from 'zod';
import { PipelineError } from '../../runtime/errors.ts';
import { readAvroFile, writeAvroFile } from '../avro/avro-file.ts';
import { field, fieldNames, optional, type AvroType } from '../avro/avro-schema.ts';
import type { Snapshot } from '../metadata/table-metadata.ts';

/**
 * Manifest lists: one Avro file a snapshot, which lists its manifests. Names are the specification's; what is read goes by its ids, since
 * writers have other names: `added_data_files_count` in older versions of the Java library that most engines use.
 * Source: https://iceberg.apache.org/spec/#manifest-lists
 */

const integer = z.union([z.number().int(), z.bigint()]);
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const manifestFileSchema = z.looseObject({
  manifest_path: z.string(),
  manifest_length: z.number().int(),
  partition_spec_id: z.number().int(),
  /** 0: data files, 1: delete files. */
  content: z.number().int().default(0),
  sequence_number: z.number().int().default(0),
  min_sequence_number: z.number().int().default(0),
  added_snapshot_id: integer,
  // a manifest without counts would be taken for one without files
  added_files_count: z.number().int(),
  existing_files_count: z.number().int(),
  deleted_files_count: z.number().int(),
  added_rows_count: z.number().int(),
  existing_rows_count: z.number().int(),
  deleted_rows_count: z.number().int(),
  partitions: z
    .array(
      z.looseObject({
        contains_null: z.boolean(),
        contains_nan: z.boolean().nullish(),
        lower_bound: bytes.nullish(),
        upper_bound: bytes.nullish(),
      }),
    )
    .nullish(),
  key_metadata: bytes.nullish(),
});

/** A manifest's line in the list. */
export type ManifestFile = z.infer<typeof manifestFileSchema>;

/** Facts in a list's header beside those of the specification, which other engines don't look at. */
export type ListFacts = Readonly<Record<string, string>>;

export function writeManifestList(
  manifests: readonly ManifestFile[],
  snapshot: Pick<Snapshot, 'snapshot-id' | 'parent-snapshot-id' | 'sequence-number'>,
  facts: ListFacts = {},
): Buffer {
  return writeAvroFile({
    schema: manifestFileType,
    metadata: {
      ...facts,
      'snapshot-id': String(snapshot['snapshot-id']),
      'parent-snapshot-id': String(snapshot['parent-snapshot-id'] ?? null),
      'sequence-number': String(snapshot['sequence-number']),
      'format-version': '2',
    },
    records: manifests,
  });
}

/** Reads a manifest list; `name` says in messages which one. Throws CATALOG_CORRUPT. */
export function readManifestList(file: Uint8Array, name: string): ManifestFile[] {
  const parsed = z.array(manifestFileSchema).safeParse(readAvroFile(file, name, names).records);
  if (parsed.success) return parsed.data;
  throw new PipelineError('CATALOG_CORRUPT', {
    message: `${name} is no manifest list that can be read: ${z.prettifyError(parsed.error)}`,
    retryable: false,
    details: { name },
  });
}

/** Reads the facts in a list's header. Throws CATALOG_CORRUPT. */
export function readListFacts(file: Uint8Array, name: string): ListFacts {
  return readAvroFile(file, name).metadata;
}

const summaryType: AvroType = {
  type: 'record',
  name: 'r508',
  fields: [
    field(509, 'contains_null', 'boolean'),
    field(518, 'contains_nan', optional('boolean')),
    field(510, 'lower_bound', optional('bytes')),
    field(511, 'upper_bound', optional('bytes')),
  ],
};

const summariesType: AvroType = { type: 'array', items: summaryType, 'element-id': 508 };

const manifestFileType: AvroType = {
  type: 'record',
  name: 'manifest_file',
  fields: [
    field(500, 'manifest_path', 'string'),
    field(501, 'manifest_length', 'long'),
    field(502, 'partition_spec_id', 'int'),
    field(517, 'content', 'int'),
    field(515, 'sequence_number', 'long'),
    field(516, 'min_sequence_number', 'long'),
    field(503, 'added_snapshot_id', 'long'),
    field(504, 'added_files_count', 'int'),
    field(505, 'existing_files_count', 'int'),
    field(506, 'deleted_files_count', 'int'),
    field(512, 'added_rows_count', 'long'),
    field(513, 'existing_rows_count', 'long'),
    field(514, 'deleted_rows_count', 'long'),
    field(507, 'partitions', optional(summariesType)),
    field(519, 'key_metadata', optional('bytes')),
  ],
};

const names = fieldNames(manifestFileType);
