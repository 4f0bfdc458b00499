import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { providePython } from '../../src/devstack/emulators.ts';

/** pyarrow in a process that stays: reads files back and compares them. */
export interface ParquetOracle {
  /** Differences between files that should hold the same rows, and counts that their bounds make wrong; empty for none. */
  differences(files: readonly string[], seed: number): Promise<unknown[]>;
  close(): Promise<void>;
}

export async function startParquetOracle(): Promise<ParquetOracle> {
  const python = await providePython();
  const child = spawn(python, ['test/support/parquet-oracle.py'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    differences: async (files, seed) => {
      child.stdin.write(`${JSON.stringify({ files, seed })}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('pyarrow has ended');
      return JSON.parse(value);
    },
    close: async () => {
      // the lane's time may have ended in the middle of a comparison
      const closed = once(child, 'close');
      child.kill();
      await closed;
    },
  };
}
