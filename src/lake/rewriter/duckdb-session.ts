import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { messageOf, PipelineError } from '../../runtime/errors.ts';
import { loadDuckdb } from '../load-duckdb.ts';

export interface SessionOptions {
  readonly memoryLimit: string;
  /** Where DuckDB may spill. */
  readonly folder: string;
}

/** A DuckDB in memory, on one thread, that spills what does not fit into its share of the memory. */
export class DuckdbSession implements Disposable {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open({ memoryLimit, folder }: SessionOptions): Promise<DuckdbSession> {
    const duckdb = await loadDuckdb('rewrites Parquet files');
    const instance = await duckdb.DuckDBInstance.create(':memory:', {
      threads: '1',
      memory_limit: memoryLimit,
      temp_directory: join(folder, 'spill'),
    });
    try {
      const session = new DuckdbSession(instance, await instance.connect());
      await session.run(`SET TimeZone = 'UTC'`);
      // each file is read once
      await session.run('SET enable_external_file_cache = false');
      return session;
    } catch (error) {
      // its connections go with it
      instance.closeSync();
      throw error;
    }
  }

  /** Rejects with ENCODE_FAILED, or with STORE_FULL where the disk has no room. */
  async run(sql: string): Promise<Record<string, unknown>[]> {
    try {
      return (await this.#connection.runAndReadAll(sql)).getRowObjectsJS();
    } catch (error) {
      throw explain(error);
    }
  }

  /** Runs a statement that writes rows, and tells how many. */
  async write(sql: string): Promise<number> {
    const [written] = await this.run(sql);
    return Number(written?.['Count']);
  }

  /** Counts the rows of a query. */
  async count(rows: string): Promise<number> {
    const [found] = await this.run(`SELECT count(*) AS n FROM (${rows})`);
    return Number(found?.['n']);
  }

  [Symbol.dispose](): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

/** What DuckDB says when the disk of its files, or of what it spills, is full. */
const diskFull = /No space left on device|Disk quota exceeded|max_temp_directory_size/;

function explain(error: unknown): PipelineError {
  const message = `DuckDB can't rewrite the files: ${messageOf(error)}`;
  if (!diskFull.test(message)) return new PipelineError('ENCODE_FAILED', { message, retryable: false, cause: error });
  return new PipelineError('STORE_FULL', {
    message,
    retryable: true,
    hint: 'make room in the folder for temporary files (TMPDIR), or lower TARGET_FILE_BYTES; the files stay as they are',
    cause: error,
  });
}

/** What DuckDB says when its share of the memory is too small: an error of its own, or, where a statement is committed, a part of another. */
const outOfMemory = /Out of Memory|(?:failed to|could not) (?:allocate|pin)/;

/** True for an error that more memory may help against. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof PipelineError && outOfMemory.test(error.message);
}
