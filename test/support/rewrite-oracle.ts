import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** pyarrow in a process that stays: compares files that were rewritten with what they were made of. */
export interface RewriteOracle extends AsyncDisposable {
  /** Differences of rows, and of types and ids to a file that our encoder wrote of the same columns; empty for none. */
  differences(files: {
    readonly sources: readonly string[];
    readonly rewritten: string;
    readonly like: string;
  }): Promise<unknown[]>;
}

export function startRewriteOracle(python: string): RewriteOracle {
  const child = spawn(python, ['test/support/compare-rewritten.py'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    differences: async (files) => {
      child.stdin.write(`${JSON.stringify(files)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('pyarrow has ended');
      return JSON.parse(value);
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(child, 'close');
      child.kill();
      await closed;
    },
  };
}
