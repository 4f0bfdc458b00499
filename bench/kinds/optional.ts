import { isoTime } from '../../src/producer/thermometer.ts';
import type { RecordKind } from './kind.ts';

const presence = 0.7;
const names = 'pulse spo2 resp mode sys dia map lead temp etco2 flow unit gain drift'.split(' ');
/** Every fourth field is a string, the others are numbers. */
const isText = (at: number): boolean => at % 4 === 3;

/** Sensors that send what they have at the moment: 16,384 sets of fields. */
export const optional: RecordKind = {
  name: 'optional',
  about: '16 fields in one order, 14 of which are there seven times in ten',
  records: 300_000,
  columns: {
    deviceId: 'string',
    eventTime: 'timestamp',
    ...Object.fromEntries(names.map((name, at) => [name, isText(at) ? 'string' : 'double'])),
  },
  eventTimeField: 'eventTime',
  textAt: (draw, index, startMs) => {
    const there = names.flatMap((name, at): [string, unknown][] => {
      if (!draw.isTrue(presence)) return [];
      return [[name, isText(at) ? `s${draw.whole(50)}` : draw.decimal(0, 100, at % 3)]];
    });
    return JSON.stringify({
      deviceId: `monitor-${draw.whole(1000)}`,
      eventTime: isoTime(startMs + index * 30 + draw.whole(1000)),
      ...Object.fromEntries(there),
    });
  },
};
