import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Cost } from './results.ts';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** A process whose costs are known when it has ended. */
export interface MeasuredProcess {
  /** Process id of the command itself; `undefined` when it has ended. */
  pid(): Promise<number | undefined>;
  /** Rejects when the command fails or takes too long. */
  readonly cost: Promise<Cost>;
  /** Sends SIGTERM and resolves with `cost`; an exit code left by the signal is no failure. */
  stop(): Promise<Cost>;
}

const helper = join(import.meta.dirname, 'rusage.py');
const timeoutMsMax = 60 * 60_000;
const outputCharactersMax = 20_000;
/** 128 + SIGTERM, the exit code of a service that was asked to end. */
const terminated = 143;

const reportShape = z.object({
  code: z.number(),
  wallSeconds: z.number(),
  userSeconds: z.number(),
  systemSeconds: z.number(),
  peakRssBytes: z.number(),
});

const groups = new Set<number>();
process.on('exit', () => {
  for (const pid of groups) killGroup(pid);
});

/** Runs a command to its end. Rejects when it fails, with the end of its output. */
export async function measureProcess(command: Command, timeoutMs = timeoutMsMax): Promise<Cost> {
  return startMeasured(command, timeoutMs).cost;
}

export function startMeasured({ command, args, env }: Command, timeoutMs = timeoutMsMax): MeasuredProcess {
  let stopped = false;
  let said = '';
  const folder = mkdtemp(join(tmpdir(), 'glueless-bench-'));
  const started = folder.then((path) => {
    // in a process group of its own, so that all of it can be killed
    const child = spawn('python3', [helper, join(path, 'rusage.json'), command, ...args], {
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-outputCharactersMax)));
    }
    return child;
  });
  const work = async (): Promise<Cost> => {
    const child = await started;
    const { pid } = child;
    // without Python there is no process, and a group of number 0 would be our own
    if (pid === undefined) throw await failureOf(child);
    groups.add(pid);
    const timer = setTimeout(() => {
      said += `\ngiven up after ${timeoutMs / 1000} s`;
      killGroup(pid);
    }, timeoutMs);
    await once(child, 'close');
    clearTimeout(timer);
    groups.delete(pid);
    const path = await folder;
    const report = await readFile(join(path, 'rusage.json'), 'utf8').catch(() => undefined);
    await rm(path, { recursive: true, force: true });
    const found = report === undefined ? undefined : reportShape.parse(JSON.parse(report));
    const isFine = found !== undefined && (found.code === 0 || (stopped && found.code === terminated));
    if (!isFine) throw new Error(`${command} ${args.join(' ')} ended with ${found?.code ?? 'nothing'}:\n${said}`);
    return costFrom(found);
  };
  const cost = work();
  cost.catch(() => {});
  return {
    cost,
    pid: async () => childOf((await started).pid),
    stop: async () => {
      stopped = true;
      (await started).kill('SIGTERM');
      return cost;
    },
  };
}

/** Why a process could not be started. */
async function failureOf(child: ChildProcess): Promise<Error> {
  const [error]: unknown[] = await once(child, 'error');
  return error instanceof Error ? error : new Error(String(error));
}

/** Costs that the helper, or `usage.cjs` in a container, has written. */
export function costOf(report: string): Cost {
  return costFrom(reportShape.parse(JSON.parse(report)));
}

function costFrom({ wallSeconds, userSeconds, systemSeconds, peakRssBytes }: z.infer<typeof reportShape>): Cost {
  return { wallSeconds, cpuSeconds: userSeconds + systemSeconds, peakRssBytes };
}

/** Reads the resident memory of a running process. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024;
}

async function childOf(pid: number | undefined): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const first = Number.parseInt(children, 10);
  return Number.isNaN(first) ? undefined : first;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}
