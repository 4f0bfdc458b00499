import { pino, type DestinationStream, type Logger } from 'pino';
import { printable } from '../../runtime/printable.ts';
import { redact } from '../../runtime/redact.ts';

export type { Logger } from 'pino';

/** JSON lines, given to `write`, else on stderr at once: the last line of a process that dies is not lost. stdout is for results. */
export function createLogger(level: string, write?: (line: string) => void): Logger {
  return pino(
    {
      level,
      hooks: { streamWrite: (line) => `${printable(redact(line.trimEnd()))}\n` },
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    write === undefined ? openStderr() : { write },
  );
}

function openStderr(): DestinationStream {
  const destination = pino.destination({ fd: 2, sync: true });
  // whoever read the log has gone; what else goes wrong with it must be seen
  destination.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return destination;
}
