import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PipelineError } from '../../src/runtime/errors.ts';

export interface Installation {
  /** Name and version for messages: `Spark 4.2.0`. */
  readonly what: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const saidCharactersMax = 4000;

/** Runs a package client to its end. Rejects with PREREQUISITE_MISSING and the client's last line. */
export async function install({ what, command, args, env = {} }: Installation): Promise<void> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-saidCharactersMax)));
  }
  const [code] = await once(child, 'close').catch((cause: unknown) => {
    throw missing(`${what} needs ${command}, which this machine does not have`, cause);
  });
  if (code === 0) return;
  const last = said.trimEnd().split('\n').at(-1);
  throw missing(`${what} could not be installed by ${command} (${String(code)}): ${last}`);
}

function missing(message: string, cause?: unknown): PipelineError {
  return new PipelineError('PREREQUISITE_MISSING', {
    message,
    retryable: false,
    hint: 'the benchmark goes on without this peer',
    ...(cause !== undefined && { cause }),
  });
}
