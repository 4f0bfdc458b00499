import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { PipelineError } from '../runtime/errors.ts';

/** A child process that must not outlive this one. */
export interface Child {
  readonly process: ChildProcess;
  /** Sends SIGTERM, then SIGKILL after the grace period; resolves when the process is gone. */
  stop(graceMs?: number): Promise<void>;
}

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

export function startChild(
  command: string,
  args: readonly string[],
  { logFile, env, cwd }: { readonly logFile: string; readonly env?: NodeJS.ProcessEnv; readonly cwd?: string },
): Child {
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    env,
    cwd,
  });
  closeSync(log);
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  // a missing program is reported by the caller that waits for readiness
  child.once('error', () => alive.delete(child));
  return { process: child, stop: (graceMs = 5000) => stop(child, graceMs) };
}

async function stop(child: ChildProcess, graceMs: number): Promise<void> {
  if (hasEnded(child)) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

/** Finds a port that is free at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
}

/** Resolves when the port accepts connections; rejects when the child ends first or `timeoutMs` has passed. */
export async function untilListening(
  port: number,
  child: Child,
  { name, logFile, timeoutMs }: { readonly name: string; readonly logFile: string; readonly timeoutMs: number },
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await accepts(port))) {
    if (hasEnded(child.process) || performance.now() > deadlineMs) {
      throw new PipelineError('PREREQUISITE_FAILED', {
        message: `${name} did not start listening on port ${port}`,
        retryable: false,
        hint: `its log: ${logFile}`,
      });
    }
    await delay(50);
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
