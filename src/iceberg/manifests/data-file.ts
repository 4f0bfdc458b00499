import type { FileStatistics } from '../../consumer/ports/parquet.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { columnMetrics } from './column-metrics.ts';
import { fileContent, type DataFile } from './manifest.ts';
import { currentSchema, defaultSpec, type PartitionSpec, type TableMetadata } from '../metadata/table-metadata.ts';

/** A Parquet file that is to become part of the table. */
export interface NewFile {
  readonly uri: string;
  readonly bytes: number;
  /** Values of the partition spec's fields, in their order. */
  readonly partition: readonly string[];
  readonly statistics: FileStatistics;
}

/** Describes the file as manifests do. Throws TABLE_MISMATCH when the table is not partitioned as the file was placed. */
export function describeFile({ uri, bytes, partition, statistics }: NewFile, metadata: TableMetadata): DataFile {
  const { fields } = defaultSpec(metadata);
  if (fields.length !== partition.length || fields.some(({ transform }) => transform !== 'identity'))
    throw otherPartitions(uri, fields);
  return {
    content: fileContent.data,
    file_path: uri,
    file_format: 'PARQUET',
    partition: Object.fromEntries(fields.map(({ name }, index) => [name, partition[index] ?? null])),
    record_count: statistics.rowCount,
    file_size_in_bytes: bytes,
    ...columnMetrics(statistics, currentSchema(metadata)),
    split_offsets: [...statistics.rowGroupOffsets],
    sort_order_id: 0,
  };
}

/** Readers leave files out by these values: a file under others would be there and never found. */
function otherPartitions(uri: string, fields: PartitionSpec['fields']): PipelineError {
  const found = fields.map(({ name, transform }) => `${transform} ${name}`).join(', ');
  return new PipelineError('TABLE_MISMATCH', {
    message: `the table is partitioned by ${found || 'nothing'} now, and ${uri} was written for other partitions`,
    retryable: false,
    details: { uri },
    hint: 'set the table’s partitions back to what they were; what is written waits in the ledger',
  });
}
