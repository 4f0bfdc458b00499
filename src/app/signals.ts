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
