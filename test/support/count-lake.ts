import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';

/** A record as Kafka was given it; `null` is a tombstone. */
export type KnownRecord = readonly [partition: number, offset: number, value: string | null];

export interface LakeCount {
  readonly rows: number;
  readonly deadLetters: number;
  readonly lost: number;
  readonly doubled: number;
  /** Rows that are not what Kafka was given at their offset, and files that can't be read. */
  readonly wrong: number;
  /** A few of what is lost, doubled or wrong. */
  readonly examples: readonly string[];
}

export interface CountOptions {
  /** Folders of tables, all of whose files count. */
  readonly folders?: readonly string[];
  /** The folder of partitions in a local catalog, by which readers go. */
  readonly catalog?: string;
  /** Files that a snapshot lists. */
  readonly files?: { readonly rows: readonly string[]; readonly deadLetters: readonly string[] };
  readonly records: readonly KnownRecord[];
  /** Columns that a row may lack: fields that some configuration leaves out. */
  readonly optional?: readonly string[];
  /** Records that Kafka may have dropped before anybody read them. */
  readonly compacted?: readonly KnownRecord[];
}

/** Counts every visible file of a lake with pyarrow, by partition, offset and value. */
export async function countLake({
  folders = [],
  catalog,
  files,
  records,
  optional = [],
  compacted = [],
}: CountOptions): Promise<LakeCount> {
  const python = spawn(inject('stack').python, ['test/support/count-lake.py'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(python, 'exit');
  python.stdin.end(
    JSON.stringify({
      folders,
      catalog,
      files,
      records,
      optional,
      compacted: compacted.map(([partition, offset]) => [partition, offset]),
    }),
  );
  const answer = await text(python.stdout);
  const [code] = await exit;
  if (code !== 0) throw new Error(`count-lake.py ended with ${String(code)}`);
  return JSON.parse(answer);
}
