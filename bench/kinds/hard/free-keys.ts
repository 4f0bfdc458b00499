import { isoTime } from '../../../src/producer/thermometer.ts';
import type { Draw } from '../draw.ts';
import type { RecordKind } from '../kind.ts';

const sensors = 5000;
const rooms = 400;

/** Messages of building control: keys are names of sensors, so that there are as many fields as sensors. */
export const freeKeys: RecordKind = {
  name: 'free-keys',
  about:
    'two objects whose keys are data: 3 to 14 of 5,000 sensors with a number each, and one to three of 400 rooms with a small struct each',
  records: 300_000,
  columns: { gateway: 'string', eventTime: 'timestamp', readings: 'json', rooms: 'json' },
  eventTimeField: 'eventTime',
  textAt: (draw, index, startMs) =>
    JSON.stringify({
      gateway: `gw-${draw.whole(200)}`,
      eventTime: isoTime(startMs + index * 20 + draw.whole(1000)),
      readings: keyed(3 + draw.whole(12), () => [`sensor-${draw.whole(sensors)}`, draw.decimal(0, 100, 1)]),
      rooms: keyed(1 + draw.whole(3), () => [`room ${draw.whole(rooms)}`, roomOf(draw)]),
    }),
};

function keyed(count: number, entry: () => [key: string, value: unknown]): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, entry));
}

function roomOf(draw: Draw): Record<string, unknown> {
  return { setpoint: draw.decimal(18, 24, 1), isOpen: draw.isTrue(0.2), mode: draw.pick(['heat', 'cool', 'off']) };
}
