import { printable, printableJson } from '../../runtime/printable.ts';
import { redact } from '../../runtime/redact.ts';

const linesAtOnce = 10_000;

/** Prints results on stdout, a line each, with nothing in them that a terminal would act on. */
export function printLines(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${printable(redact(line))}\n`).join(''));
}

/** Prints any number of lines, some at a time: neither the stack nor a string has room for a million. */
export function printAll(lines: readonly string[]): void {
  for (let from = 0; from < lines.length; from += linesAtOnce) printLines(...lines.slice(from, from + linesAtOnce));
}

/** Prints a result as JSON. `space`: over several lines. */
export function printJson(value: unknown, space?: number): void {
  process.stdout.write(`${printableJson(value, space)}\n`);
}

/** Prints what went wrong on stderr; its lines stay lines. */
export function printProblem(text: string): void {
  process.stderr.write(redact(text).split('\n').map(printable).join('\n'));
}

/** Resolves once everything that was printed has left the process, or nobody reads it any more: a pipe takes only so much at a time. */
export async function printed(): Promise<void> {
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => {
      stream.write('', () => resolve());
    });
}

/** Lets a command go on when whoever read its output has gone, as `head` does: the work ends as it would have. */
export function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
