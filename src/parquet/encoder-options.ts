import type { TimestampUnit } from './parquet-schema.ts';

export type Codec = 'zstd' | 'snappy' | 'gzip' | 'uncompressed';

export interface EncoderOptions {
  readonly codec: Codec;
  readonly rowGroupRows: number;
  /** Microseconds unless said otherwise. */
  readonly timestamps?: TimestampUnit;
  /** The writer's name and version in every file's footer. */
  readonly createdBy?: string;
}

/** The options with their defaults. */
export function withDefaults({
  timestamps = 'micros',
  createdBy = 'glueless',
  ...options
}: EncoderOptions): Required<EncoderOptions> {
  return { ...options, timestamps, createdBy };
}
