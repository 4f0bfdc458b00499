import { open, stat } from 'node:fs/promises';
import type { ParquetSource } from '../../consumer/ports/parquet.ts';

/** A file of this machine as a source. */
export async function localSource(path: string): Promise<ParquetSource> {
  const { size } = await stat(path);
  return {
    size,
    read: async (start, end) => {
      const file = await open(path);
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
  };
}
