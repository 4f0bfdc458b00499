export type Codec = 'zstd' | 'snappy' | 'gzip' | 'uncompressed';

export interface EncoderOptions {
  readonly codec: Codec;
  readonly rowGroupRows: number;
}

/** Stands in every file's footer. */
export const createdBy = 'glueless';
