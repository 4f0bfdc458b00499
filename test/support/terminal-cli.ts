import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { environmentOf, type Environment } from './cli.ts';
import { showOnFailure } from './show-on-failure.ts';
import { TestTerminal } from './terminal.ts';

const root = resolve(import.meta.dirname, '../..');

/** The command line on a real pseudo-terminal, whose screen can be read back. */
export class TerminalCli {
  readonly terminal: TestTerminal;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #exit: Promise<unknown[]>;
  #output = '';

  constructor(args: readonly string[], env: Environment, { columns = 100, rows = 30 } = {}) {
    this.terminal = new TestTerminal(columns, rows);
    const command = [process.execPath, 'src/cli.ts', ...args];
    this.#process = spawn(
      inject('stack').python,
      [resolve(root, 'test/support/terminal.py'), String(columns), String(rows), ...command],
      { cwd: root, env: environmentOf({ TERM: 'xterm-256color', ...env }) },
    );
    this.#exit = once(this.#process, 'close');
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.terminal.write(text);
    });
    showOnFailure(() => ({ args, code: this.#process.exitCode ?? undefined, printed: this.#output }));
    // closing the terminal ends whatever runs on it
    onTestFinished(() => {
      this.#process.kill('SIGKILL');
    });
  }

  /** Everything that was written to the terminal, with its control characters. */
  get output(): string {
    return this.#output;
  }

  /** Tells the processes on the terminal of another size, without wrapping what stands there. */
  resize(columns: number, rows: number): void {
    this.#process.stdin.write(`resize ${columns} ${rows}\n`);
  }

  type(text: string): void {
    this.#process.stdin.write(`type ${Buffer.from(text).toString('hex')}\n`);
  }

  async ended(): Promise<number | null> {
    await this.#exit;
    return this.#process.exitCode;
  }
}
