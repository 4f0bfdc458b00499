import { sourceOf } from '../../src/consumer/ports/parquet.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';

/** Reads all values of integer columns of a file. */
export async function readIntegers(bytes: Uint8Array, columns: readonly string[]): Promise<bigint[][]> {
  const chunks = await Array.fromAsync(hyparquetReader.integerChunks(sourceOf(bytes), columns));
  return columns.map((_, at) => chunks.flatMap((chunk) => chunk[at] ?? []));
}
