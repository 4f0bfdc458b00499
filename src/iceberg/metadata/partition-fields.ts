import { PipelineError } from '../../runtime/errors.ts';
import type { AvroType } from '../avro/avro-schema.ts';
import type { IcebergSchema } from './iceberg-schema.ts';
import { defaultSpec, type PartitionSpec, type TableMetadata } from './table-metadata.ts';

/** A field of a partition spec with the type of its values. */
export interface PartitionField {
  readonly id: number;
  readonly name: string;
  /** A primitive type's name. */
  readonly type: string;
  readonly avroType: AvroType;
}

/** Gives the fields of a spec in their order. Throws TABLE_MISMATCH for one whose values can't be written. */
export function partitionFields(schema: IcebergSchema, spec: PartitionSpec): PartitionField[] {
  return spec.fields.map((field) => {
    const source = schema.fields.find(({ id }) => id === field['source-id'])?.type;
    const type = typeof source === 'string' ? resultType(field.transform, source) : undefined;
    const avroType = type === undefined ? undefined : avroTypeOf(type);
    if (type === undefined || avroType === undefined) throw unknownField(field.name, field.transform);
    return { id: field['field-id'], name: field.name, type, avroType };
  });
}

/**
 * Gives the texts that place a file as the table's partition spec is now; `undefined` for a file of another spec, and where a field's values
 * are not those of a column of text.
 */
export function identityValues(
  { partition }: { readonly partition: Readonly<Record<string, unknown>> },
  specId: number,
  metadata: TableMetadata,
): string[] | undefined {
  const spec = defaultSpec(metadata);
  if (specId !== spec['spec-id']) return undefined;
  const values = spec.fields.flatMap(({ name, transform }) => {
    const value = partition[name];
    return transform === 'identity' && typeof value === 'string' ? [value] : [];
  });
  return values.length === spec.fields.length ? values : undefined;
}

/** Tells partitions apart by their values. */
export function partitionId(partition: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(partition, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

/** The type that a transform makes of the source's. */
function resultType(transform: string, source: string): string | undefined {
  if (transform === 'identity' || transform === 'void' || transform.startsWith('truncate[')) return source;
  if (transform === 'day') return 'date';
  return ['year', 'month', 'hour'].includes(transform) || transform.startsWith('bucket[') ? 'int' : undefined;
}

const avroTypes: Readonly<Record<string, AvroType>> = {
  boolean: 'boolean',
  int: 'int',
  long: 'long',
  float: 'float',
  double: 'double',
  string: 'string',
  binary: 'bytes',
};

function avroTypeOf(type: string): AvroType | undefined {
  if (type === 'date') return { type: 'int', logicalType: 'date' };
  if (type === 'timestamp' || type === 'timestamptz')
    return { type: 'long', logicalType: 'timestamp-micros', 'adjust-to-utc': type === 'timestamptz' };
  return avroTypes[type];
}

function unknownField(name: string, transform: string): PipelineError {
  return new PipelineError('TABLE_MISMATCH', {
    message: `the table is partitioned by ${name}, made by the transform ${transform}: its values can't be written`,
    retryable: false,
  });
}
