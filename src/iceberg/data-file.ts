import type { FileStatistics } from '../consumer/ports/parquet.ts';
import { columnMetrics } from './column-metrics.ts';
import { fileContent, type DataFile } from './manifest.ts';
import { currentSchema, defaultSpec, type TableMetadata } from './table-metadata.ts';

/** A Parquet file that is to become part of the table. */
export interface NewFile {
  readonly uri: string;
  readonly bytes: number;
  /** Values of the partition spec's fields, in their order. */
  readonly partition: readonly string[];
  readonly statistics: FileStatistics;
}

/** Describes the file as manifests do. */
export function describeFile({ uri, bytes, partition, statistics }: NewFile, metadata: TableMetadata): DataFile {
  const { fields } = defaultSpec(metadata);
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
