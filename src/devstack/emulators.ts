import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, PipelineError } from '../runtime/errors.ts';
import { cacheFolder, onceIn } from './cache.ts';
import { processEnvironment } from '../runtime/environment.ts';
import { freePort, startChild, untilListening } from './child.ts';

const run = promisify(execFile);

/** S3, Glue and Athena over HTTP on this machine, by MiniStack, whose Athena is DuckDB. */
export interface AwsEmulator {
  readonly endpoint: string;
  readonly bucket: string;
  /** Variables of a process that uses it. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const packages = ['ministack[full]==1.5.33', 'pytz==2025.2', 'pyarrow==21.0.0'];
const bucket = 'glueless';

/** Starts MiniStack, which pip installs into `.cache` the first time. Rejects with PREREQUISITE_MISSING. */
export async function startAwsEmulator(): Promise<AwsEmulator> {
  const python = await providePython();
  const folder = await mkdtemp(join(tmpdir(), 'glueless-aws-'));
  const port = await freePort();
  const logFile = join(folder, 'ministack.log');
  const child = startChild(python, ['-m', 'ministack.app'], {
    logFile,
    cwd: folder,
    env: { ...processEnvironment(), GATEWAY_PORT: String(port), MINISTACK_HOST: '127.0.0.1', LOG_LEVEL: 'WARNING' },
  });
  await untilListening(port, child, { name: 'the AWS emulator', logFile, timeoutMs: 60_000 });
  const endpoint = `http://127.0.0.1:${port}`;
  const created = await fetch(`${endpoint}/${bucket}`, { method: 'PUT' });
  if (!created.ok) throw new Error(`the emulator made no bucket: ${created.status}`);
  return {
    endpoint,
    bucket,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ATHENA_OUTPUT: `s3://${bucket}/athena-results/`,
    },
    stop: async () => {
      await child.stop(2000);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Provides a Python in `.cache` with the emulator and pyarrow, the tests' independent reader. Resolves with its path. */
export async function providePython(): Promise<string> {
  const folder = cacheFolder('python');
  const python = join(folder, 'venv', 'bin', 'python');
  try {
    await onceIn(folder, packages.join('_').replaceAll(/[^\w.]+/g, '-'), async () => {
      await run('python3', ['-m', 'venv', '--clear', join(folder, 'venv')]);
      await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
    });
  } catch (error) {
    throw new PipelineError('PREREQUISITE_MISSING', {
      message: `Python packages (${packages.join(', ')}) could not be installed: ${messageOf(error).split('\n')[0]}`,
      retryable: false,
      hint: 'the AWS emulator needs python3 with venv and pip; the demo runs without it on a local lake: npm run demo',
      cause: error,
    });
  }
  return python;
}
