import { PipelineError } from '../runtime/errors.ts';
import { exitCodes } from './observe/exit-codes.ts';

/** A graceful stop by SIGINT or SIGTERM; a second signal ends the process at once. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** 130 or 143 after a signal, else 0. */
  exitCode(): number;
}

const codes = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated };

export function listenForStop(): StopSignal {
  const stop = new AbortController();
  let exitCode: number = exitCodes.done;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(codes[name]);
      exitCode = codes[name];
      stop.abort();
    });
  }
  return { signal: stop.signal, exitCode: () => exitCode };
}

/** Milliseconds beyond the deadline that a process gets whose work still goes on. */
const graceMs = 2000;

/** Calls `end` when the process is still there `shutdownMs` after the signal, and a little: what it waits for may never answer. */
export function endWhenLate({ signal }: StopSignal, shutdownMs: number, end: (error: PipelineError) => void): void {
  signal.addEventListener('abort', () => {
    setTimeout(() => end(late(shutdownMs)), shutdownMs + graceMs).unref();
  });
}

function late(shutdownMs: number): PipelineError {
  return new PipelineError('DEADLINE_EXCEEDED', {
    message: `still waiting ${shutdownMs + graceMs} ms after the signal for something that does not answer; nothing is lost`,
    retryable: false,
    hint: 'look whether the brokers and the store answer: `glueless doctor`',
  });
}
