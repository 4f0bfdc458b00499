import { isoTime } from '../../src/producer/thermometer.ts';
import type { Draw } from './draw.ts';
import type { RecordKind } from './kind.ts';

const words = ['lead off', 'café', 'moved to "bay 4"', 'path C:\\ward\\log', 'checked\nagain', 'Zoë', 'ok', 'see note'];

/** Values that hardly ever come again. */
export const events: RecordKind = {
  name: 'events',
  about:
    'a UUID, two doubles of 15 to 17 digits, text with escapes and é, a boolean, a null, a field that may be absent',
  records: 500_000,
  columns: {
    eventId: 'string',
    eventTime: 'timestamp',
    deviceId: 'string',
    latitude: 'double',
    longitude: 'double',
    note: 'string',
    isAlarm: 'boolean',
    error: 'string',
    battery: 'double',
  },
  eventTimeField: 'eventTime',
  textAt: (draw, index, startMs) =>
    JSON.stringify({
      eventId: uuid(draw),
      eventTime: isoTime(startMs + index * 20 + draw.whole(1000)),
      deviceId: `d-${draw.whole(5000)}`,
      latitude: draw.double() * 180 - 90,
      longitude: draw.double() * 360 - 180,
      note: `${draw.pick(words)}, ${draw.pick(words)}; nurse ${draw.whole(1e6)}`,
      isAlarm: draw.isTrue(0.1),
      error: null,
      ...(draw.isTrue(0.5) && { battery: draw.whole(100) }),
    }),
};

function uuid(draw: Draw): string {
  const hex = draw.hex(32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
