import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort, untilListening, type Child } from '../devstack/child.ts';
import type { Environment } from '../runtime/environment.ts';
import { PipelineError } from '../runtime/errors.ts';
import { say, shown, startGlueless, type StartedParts } from './demo-parts.ts';

export interface OpenDemo {
  readonly folder: string;
  readonly environment: Environment;
  readonly stack: StartedParts;
  /** Options of `produce` that make the ward, so that readings go on where they were. */
  readonly ward: readonly string[];
}

const readingsPerSecond = 25;
const listenMs = 60_000;

/** Starts consumer, simulator and monitor, tells the page's address, and goes on until one of them ends, which rejects with DEMO_FAILED. */
export async function keepOpen({ folder, environment, stack, ward }: OpenDemo): Promise<never> {
  const token = randomBytes(6).toString('hex');
  const ports = { consumer: await freePort(), monitor: Number(environment['HTTP_PORT'] ?? (await freePort())) };
  const start = (name: string, args: readonly string[], variables: Environment): Child => {
    const child = startGlueless(args, { ...environment, ...variables }, join(folder, `${name}.log`));
    stack.add(() => child.stop());
    return child;
  };
  const consumer = start('consumer', ['consume'], {
    HTTP_PORT: String(ports.consumer),
    HOURS_EVERY_SECONDS: '5',
    HOURS_LATENESS_SECONDS: '10',
    ALERT_COLUMN: 'temperature',
  });
  const simulator = start('simulator', ['produce', '--rate', String(readingsPerSecond), ...ward], {});
  const monitor = start('monitor', ['monitor'], {
    HTTP_PORT: String(ports.monitor),
    MONITOR_TOKEN: token,
    MONITOR_METRICS_URL: `http://127.0.0.1:${ports.consumer}/metrics`,
    MONITOR_REFRESH_SECONDS: '5',
  });
  const logFile = join(folder, 'monitor.log');
  await untilListening(ports.monitor, monitor, { name: 'the monitor', logFile, timeoutMs: listenMs });
  say(`\nmonitor: http://127.0.0.1:${ports.monitor}/ (two patients have a fever)`);
  say(`monitor: to acknowledge an alert, sign in with the token ${token}`);
  say(`logs: ${shown(folder)}/*.log; readings go on until Ctrl-C`);
  return Promise.race(
    Object.entries({ consumer, simulator, monitor }).map(([name, child]) => failWith(name, child, folder)),
  );
}

async function failWith(name: string, { process: child }: Child, folder: string): Promise<never> {
  await once(child, 'exit');
  throw new PipelineError('DEMO_FAILED', {
    message: `the ${name} ended with ${child.exitCode ?? child.signalCode}`,
    retryable: false,
    hint: `its log says why: ${shown(join(folder, `${name}.log`))}`,
  });
}
