import { isoTime } from '../../src/producer/thermometer.ts';
import type { Draw } from './draw.ts';
import type { RecordKind } from './kind.ts';

const words =
  'request from client took longer than usual while reading "settings" of C:\\ward and was tried again by the worker after the line had been "reset" on port for patient in ward'.split(
    ' ',
  );

/** Lines of a structured log. */
export const logs: RecordKind = {
  name: 'logs',
  about:
    'text of 4 to 30 words with quotes and backslashes, 32 hexadecimal digits, a double, a struct, an array of strings',
  records: 300_000,
  columns: {
    eventTime: 'timestamp',
    level: 'string',
    message: 'string',
    traceId: 'string',
    durationMs: 'double',
    http: { fields: { method: 'string', path: 'string', status: 'bigint' } },
    tags: { elements: 'string' },
  },
  eventTimeField: 'eventTime',
  textAt: (draw, index, startMs) =>
    JSON.stringify({
      eventTime: isoTime(startMs + index * 30 + draw.whole(1000)),
      level: draw.pick(['DEBUG', 'INFO', 'INFO', 'INFO', 'WARN', 'ERROR']),
      message: messageOf(draw),
      traceId: draw.hex(32),
      durationMs: draw.double() * 500,
      http: {
        method: draw.pick(['GET', 'POST']),
        path: `/patients/${draw.whole(10_000)}`,
        status: draw.pick([200, 404, 500]),
      },
      tags: Array.from({ length: draw.whole(4) }, () => draw.pick(['ward', 'icu', 'retry', 'slow', 'night'])),
    }),
};

function messageOf(draw: Draw): string {
  return Array.from({ length: 4 + draw.whole(27) }, () => draw.pick(words)).join(' ');
}
