import type { TimestampUnit } from './parquet-schema.ts';

export type Codec = 'zstd' | 'snappy' | 'gzip' | 'uncompressed';

/**
 * `compatible`: what every reader knows, neither zstd nor differences of values; `compact`: small files for current readers; `smallest`: bytes
 * of fractions apart as well, which Spark refuses.
 */
export type Profile = 'smallest' | 'compact' | 'compatible';

export interface EncoderOptions {
  readonly codec: Codec;
  readonly rowGroupRows: number;
  /** Compact unless said otherwise. */
  readonly profile?: Profile;
  /** Microseconds unless said otherwise. */
  readonly timestamps?: TimestampUnit;
  /** The writer's name and version in every file's footer. */
  readonly createdBy?: string;
}

/** The options with their defaults; zstd becomes snappy where not every reader knows it. */
export function withDefaults({
  codec,
  profile = 'compact',
  timestamps = 'micros',
  createdBy = 'glueless',
  ...options
}: EncoderOptions): Required<EncoderOptions> {
  const known = profile === 'compatible' && codec === 'zstd' ? 'snappy' : codec;
  return { ...options, codec: known, profile, timestamps, createdBy };
}
