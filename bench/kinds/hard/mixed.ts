import { isoTime } from '../../../src/producer/thermometer.ts';
import type { Draw } from '../draw.ts';
import type { RecordKind } from '../kind.ts';

/** Messages of gateways whose devices never agreed on what a value is. */
export const mixed: RecordKind = {
  name: 'mixed',
  about:
    'a field that is a number, a text, a boolean, an object, an array or null by turns, and a second one whose arrays hold numbers, texts, objects, arrays, or all of them',
  records: 800_000,
  columns: { deviceId: 'string', eventTime: 'timestamp', value: 'json', samples: 'json', unit: 'string' },
  eventTimeField: 'eventTime',
  textAt: (draw, index, startMs) =>
    JSON.stringify({
      deviceId: `gateway-${draw.whole(2000)}`,
      eventTime: isoTime(startMs + index * 20 + draw.whole(1000)),
      value: valueOf(draw),
      samples: samplesOf(draw),
      unit: draw.pick(['°C', 'bpm', '%']),
    }),
};

function valueOf(draw: Draw): unknown {
  switch (draw.whole(6)) {
    case 0:
      return draw.decimal(30, 45, 2);
    case 1:
      return draw.pick([`${draw.decimal(30, 45, 1)}`, 'n/a', 'OVERFLOW']);
    case 2:
      return draw.isTrue(0.5);
    case 3:
      return { mean: draw.decimal(30, 45, 2), count: draw.whole(60), quality: draw.pick(['good', 'poor']) };
    case 4:
      return [draw.decimal(30, 45, 1), draw.decimal(30, 45, 1)];
    default:
      return null;
  }
}

function samplesOf(draw: Draw): unknown {
  const elements: readonly (() => unknown)[] = [
    () => draw.whole(200),
    () => `s${draw.whole(40)}`,
    () => ({ at: draw.whole(1000), v: draw.decimal(0, 9, 1) }),
    () => [draw.whole(9), draw.whole(9)],
  ];
  const length = draw.whole(5);
  const only = draw.isTrue(0.8) ? draw.pick(elements) : undefined;
  return Array.from({ length }, () => (only ?? draw.pick(elements))());
}
