import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import type { Machine } from './results.ts';

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
  };
}

/** The version that was measured: tag or commit, with `-dirty` when files were changed. */
export function thisVersion(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--tags'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'outside of git';
  }
}
