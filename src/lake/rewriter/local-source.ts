import { stat } from 'node:fs/promises';
import type { ParquetSource } from '../../consumer/ports/parquet.ts';
import { readRange } from '../store/read-range.ts';

/** A file of this machine as a source. */
export async function localSource(path: string): Promise<ParquetSource> {
  const { size } = await stat(path);
  return { size, read: (start, end) => readRange(path, { start, end }) };
}
