import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** JSON lines on stderr, written at once: the last line of a process that dies is not lost. stdout is for results. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
