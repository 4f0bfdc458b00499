import { execFile } from 'node:child_process';
import { relative } from 'node:path';
import { promisify } from 'node:util';
import { startChild, type Child } from '../devstack/child.ts';
import type { Environment } from '../runtime/environment.ts';
import { PipelineError } from '../runtime/errors.ts';
import { commandLineFile } from '../runtime/program-folder.ts';
import { printLines } from '../app/observe/output.ts';

const run = promisify(execFile);

/** Runs a command to its end, and resolves with what it printed. Rejects with DEMO_FAILED. */
export async function glueless(args: readonly string[], env: Environment, stack?: StartedParts): Promise<string> {
  try {
    const running = run(process.execPath, [commandLineFile, ...args], { env, maxBuffer: 64 * 1024 * 1024 });
    stack?.add(async () => {
      running.child.kill();
      await running.catch(() => {});
    });
    return (await running).stdout;
  } catch (error) {
    const { stdout, stderr } = Object(error);
    throw new PipelineError('DEMO_FAILED', {
      message: `glueless ${args[0]} failed:\n${stdout}${stderr}`,
      retryable: false,
    });
  }
}

/** Starts a command that goes on by itself. */
export function startGlueless(args: readonly string[], env: Environment, logFile: string): Child {
  return startChild(process.execPath, [commandLineFile, ...args], { logFile, env });
}

/** A path as it is shown: from where the demo was started. */
export function shown(path: string): string {
  return relative(process.cwd(), path);
}

export function say(text: string): void {
  printLines(...text.split('\n'));
}

/** What was started, stopped in reverse order whatever happened. */
export class StartedParts {
  readonly #stops: (() => Promise<void>)[] = [];

  add(stop: () => Promise<void>): void {
    this.#stops.unshift(stop);
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) await stop().catch(() => {});
  }
}
