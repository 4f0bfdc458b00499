import { pino, type Logger } from 'pino';
import { printable } from '../../runtime/printable.ts';
import { redact } from '../../runtime/redact.ts';

export type { Logger } from 'pino';

/** JSON lines on stderr, written at once: the last line of a process that dies is not lost. stdout is for results. */
export function createLogger(level: string): Logger {
  const destination = pino.destination({ fd: 2, sync: true });
  // whoever read the log has gone; what else goes wrong with it must be seen
  destination.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return pino(
    {
      level,
      hooks: { streamWrite: (line) => `${printable(redact(line.trimEnd()))}\n` },
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}
