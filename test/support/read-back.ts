import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { createHyparquetEncoder } from '../../src/parquet/other-encoders/hyparquet-encoder.ts';
import { filesOf, type BothWays } from './both-ways.ts';
import { startParquetOracle, type ParquetOracle } from './parquet-oracle.ts';
import type { RandomBatch } from './random-batch.ts';

/** By which way the records become columns, and by which encoder those become files. */
const ways = [
  ['parsed', createHyparquetEncoder({ codec: 'zstd', rowGroupRows: 3000 })],
  ['scanned', createColumnEncoder({ codec: 'zstd', rowGroupRows: 3000 })],
  ['scanned', createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000, profile: 'smallest' })],
  ['scanned', createColumnEncoder({ codec: 'snappy', rowGroupRows: 100_000, profile: 'compatible' })],
] as const;

/** Writes batches as Parquet files, which pyarrow reads and compares. */
export class ReadBack implements AsyncDisposable {
  readonly #oracle: ParquetOracle;
  readonly #folder: string;

  private constructor(oracle: ParquetOracle, folder: string) {
    this.#oracle = oracle;
    this.#folder = folder;
  }

  static async start(): Promise<ReadBack> {
    return new ReadBack(await startParquetOracle(), await mkdtemp(join(tmpdir(), 'glueless-fuzz-')));
  }

  /** Differences between the files' rows, and rows that their bounds hide; empty for none. */
  async differences(both: BothWays, batch: RandomBatch, seed: number): Promise<unknown[]> {
    const files: string[][] = [];
    for (const [index, [way, encoder]] of ways.entries())
      files.push(await this.#write(`${index}`, await filesOf(both[way], batch, encoder)));
    const found: unknown[] = [];
    for (const object of files[0]?.keys() ?? [])
      found.push(
        ...(await this.#oracle.differences(
          files.map((each) => each[object] ?? 'missing'),
          seed,
        )),
      );
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#oracle.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #write(way: string, objects: readonly Uint8Array[]): Promise<string[]> {
    const files = objects.map((_, index) => join(this.#folder, `${way}-${index}.parquet`));
    for (const [index, file] of files.entries()) await writeFile(file, objects[index] ?? '');
    return files;
  }
}
