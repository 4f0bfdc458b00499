import { onTestFailed } from 'vitest';

/** The end of what a command printed says why it ended. */
const shownCharactersMax = 4000;

export interface PrintedCommand {
  readonly args: readonly string[];
  /** Exit code or signal; `undefined` while it runs. */
  readonly code: number | string | undefined;
  readonly printed: string;
}

/** A test that fails tells, whatever it fails by, how its commands ended, and what those printed that did not end with 0. */
export function showOnFailure(command: () => PrintedCommand): void {
  onTestFailed(({ task }) => {
    const [error] = task.result?.errors ?? [];
    if (error !== undefined) error.message += `\n\n${lineOf(command())}`;
  });
}

function lineOf({ args, code, printed }: PrintedCommand): string {
  const line = `$ glueless ${args.join(' ')}: ${code === undefined ? 'still running' : `ended with ${code}`}`;
  return code === 0 ? line : `${line}\n${printed.trim().slice(-shownCharactersMax)}`;
}
