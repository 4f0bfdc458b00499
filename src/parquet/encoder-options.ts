export type Codec = 'zstd' | 'snappy' | 'gzip' | 'uncompressed';

export interface EncoderOptions {
  readonly codec: Codec;
  readonly rowGroupRows: number;
}

/** The writer's name in every file's footer. */
export const createdBy = 'glueless';
