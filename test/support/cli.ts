import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { resolve } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import type { IssuedCertificate } from '../../src/pki/authority.ts';
import { showOnFailure } from './show-on-failure.ts';

const root = resolve(import.meta.dirname, '../..');

export interface CliResult {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

export type Environment = Readonly<Record<string, string>>;

/** Compiled code of the many processes that the tests start. */
const compileCache = resolve(root, '.cache/compiled');

/** A minimal environment, without the variables that happen to be set on this machine. */
export function environmentOf(given: Environment): NodeJS.ProcessEnv {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  return { PATH, HOME, NODE_COMPILE_CACHE: compileCache, ...(TMPDIR !== undefined && { TMPDIR }), ...given };
}

/** Runs the command line in a process of its own. */
export async function runCli(
  args: readonly string[],
  env: Environment,
  { script = 'src/cli.ts' } = {},
): Promise<CliResult> {
  const startMs = Date.now();
  let result: CliResult | undefined;
  showOnFailure(() => ({ args, code: result?.code, printed: `${result?.stdout}${result?.stderr}` }));
  return new Promise((done) => {
    const options = { cwd: root, env: environmentOf(env), maxBuffer: 1 << 28 };
    execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error.signal ?? Number(error.code));
      result = { code, stdout, stderr, tookMs: Date.now() - startMs };
      done(result);
    });
  });
}

/** A command that goes on until it is stopped; its log lines can be waited for. */
export class RunningCli {
  readonly process: ChildProcess;
  #log = '';
  readonly #exit: Promise<unknown[]>;
  readonly #news = new EventEmitter();

  constructor(args: readonly string[], env: Environment, { script = 'src/cli.ts' } = {}) {
    this.process = spawn(process.execPath, [script, ...args], {
      cwd: root,
      env: environmentOf(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exit = once(this.process, 'exit');
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
        this.#news.emit('news');
      });
    }
    showOnFailure(() => ({ args, code: this.#code, printed: this.#log }));
    onTestFinished(() => {
      this.process.kill('SIGKILL');
    });
  }

  get hasEnded(): boolean {
    return this.#code !== undefined;
  }

  get #code(): number | string | undefined {
    return this.process.exitCode ?? this.process.signalCode ?? undefined;
  }

  /** Everything it printed to stdout and stderr. */
  get log(): string {
    return this.#log;
  }

  /** Resolves once the log has matched `count` times; rejects when the process ends before. */
  async untilLogged(pattern: RegExp, count = 1): Promise<void> {
    const matches = (): number => [...this.#log.matchAll(new RegExp(pattern, 'g'))].length;
    while (matches() < count) {
      if (this.hasEnded) throw new Error(`ended before ${pattern}:\n${this.#log}`);
      await Promise.race([once(this.#news, 'news'), this.#exit]);
    }
  }

  /** Records of the batches that its log says are committed. */
  committedRecords(): number {
    const lines = this.#log.split('\n').filter((line) => line.includes('"msg":"batch committed"'));
    return lines.reduce((sum, line) => {
      const { rows, deadLetters, tombstones } = JSON.parse(line);
      return sum + Number(rows) + Number(deadLetters) + Number(tombstones);
    }, 0);
  }

  async ended(): Promise<number | string> {
    await this.#exit;
    return this.#code ?? 'unknown';
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    this.process.kill(signal);
    return this.ended();
  }
}

/** Variables for broker and certificates, by value; left out, those of the shared broker and its administrator. */
export function kafkaEnvironment(credentials?: IssuedCertificate, broker?: string): Record<string, string> {
  const { bootstrap, credentials: all } = inject('stack');
  const { ca, cert, key } = credentials ?? all.admin;
  return { KAFKA_BROKERS: broker ?? bootstrap, KAFKA_TLS_CA: ca, KAFKA_TLS_CERT: cert, KAFKA_TLS_KEY: key };
}

/** Variables for a topic, group and table of the test's own. */
export function ownNames(): { KAFKA_TOPIC: string; KAFKA_GROUP_ID: string; LAKE_TABLE: string } {
  const id = randomUUID().slice(0, 8);
  return { KAFKA_TOPIC: `readings-${id}`, KAFKA_GROUP_ID: `group-${id}`, LAKE_TABLE: `readings_${id}` };
}
