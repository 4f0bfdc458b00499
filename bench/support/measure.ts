import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** What a process cost: seconds by the kernel's account, bytes at their peak. */
export interface Cost {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

const ticksPerSecond = 100;
const sampleMs = 50;

/** Runs a command to its end and reads its costs from /proc. Rejects when it fails. */
export async function measureProcess(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Cost> {
  const startMs = performance.now();
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  let last = { cpuSeconds: 0, peakRssBytes: 0 };
  const timer = setInterval(() => {
    void readCost(child.pid).then((cost) => {
      if (cost !== undefined) last = { ...cost, peakRssBytes: Math.max(cost.peakRssBytes, last.peakRssBytes) };
    });
  }, sampleMs);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(code)}:\n${errors}`);
  return { wallSeconds: (performance.now() - startMs) / 1000, ...last };
}

async function readCost(pid: number | undefined): Promise<{ cpuSeconds: number; peakRssBytes: number } | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user = '0', system = '0'] = fields.slice(11, 13);
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const rss = /VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? '0';
    return { cpuSeconds: (Number(user) + Number(system)) / ticksPerSecond, peakRssBytes: Number(rss) * 1024 };
  } catch {
    return undefined;
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
