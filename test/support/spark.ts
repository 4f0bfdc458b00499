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

/** Spark with Iceberg's own runtime on the emulator's Glue and S3; its catalog is `lake`. */
export interface SparkSql {
  /** Rejects with Spark's error. One query at a time. */
  query(sql: string): Promise<SparkAnswer>;
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
  return {
    query: async (sql) => {
      child.stdin.write(`${JSON.stringify(sql)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('Spark has ended');
      const answer: SparkAnswer & { readonly error?: string } = JSON.parse(value);
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer;
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
