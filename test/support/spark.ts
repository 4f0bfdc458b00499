import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { provideSpark } from '../../src/devstack/spark.ts';

export interface SparkAnswer {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Data files that had to be opened. */
  readonly files: number | null;
}

export interface ValueDeletes {
  /** With catalog and database. */
  readonly table: string;
  readonly column: string;
  readonly values: readonly number[];
  /** Values of the partition's keys, in their order. */
  readonly partition: readonly string[];
}

/** Spark with Iceberg's own runtime on the emulator's Glue and S3; its catalog is `lake`. */
export interface SparkSql {
  /** Rejects with Spark's error. One query at a time. */
  query(sql: string): Promise<SparkAnswer>;
  /** Deletes a partition's rows that have one of the values in a column of doubles by a file of equality deletes, as Flink does. */
  deleteValues(deletes: ValueDeletes): Promise<void>;
  stop(): Promise<void>;
}

export async function startSpark(endpoint: string): Promise<SparkSql> {
  const { python, jars } = await provideSpark();
  const child = spawn(python, [join('test', 'support', 'spark-sql.py'), JSON.stringify({ jars, endpoint })], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, SPARK_LOCAL_IP: '127.0.0.1' },
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request: string | ValueDeletes): Promise<SparkAnswer> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error('Spark has ended');
    const answer: SparkAnswer & { readonly error?: string } = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  };
  return {
    query: ask,
    deleteValues: async (deletes) => {
      await ask(deletes);
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
