import { isoTime } from '../../../src/producer/thermometer.ts';
import type { Draw } from '../draw.ts';
import type { RecordKind } from '../kind.ts';

/** Records of services that write what they don't have as `null`, `{}`, `[]` or `""`, as it comes. */
export const empties: RecordKind = {
  name: 'empties',
  about:
    'structs and arrays, and arrays of structs in structs, of which half are null, `{}`, `[]` or hold nothing but such',
  records: 450_000,
  columns: {
    id: 'bigint',
    eventTime: 'timestamp',
    patient: { fields: { name: 'string', contact: { fields: { phone: 'string', email: 'string' } } } },
    allergies: { elements: 'string' },
    orders: {
      elements: {
        fields: {
          code: 'string',
          options: { fields: { note: 'string', repeats: 'bigint' } },
          results: { elements: 'double' },
        },
      },
    },
    device: { fields: { settings: { fields: { alarm: { fields: { low: 'double', high: 'double' } } } } } },
    comment: 'string',
    reserved: 'json',
  },
  eventTimeField: 'eventTime',
  textAt: (draw, index, startMs) =>
    JSON.stringify({
      id: index,
      eventTime: isoTime(startMs + index * 20 + draw.whole(1000)),
      patient: orEmpty(draw, {}, () => ({
        name: orEmpty(draw, '', () => `patient-${draw.whole(10_000)}`),
        contact: orEmpty(draw, {}, () => ({
          phone: orEmpty(draw, '', () => `+49 30 ${draw.whole(1e6)}`),
          email: null,
        })),
      })),
      allergies: orEmpty(draw, [], () => draw.shuffled(['nuts', 'latex', 'pollen']).slice(draw.whole(3))),
      orders: orEmpty(draw, [], () => Array.from({ length: 1 + draw.whole(3) }, () => orderOf(draw))),
      device: orEmpty(draw, {}, () => ({ settings: orEmpty(draw, {}, () => ({ alarm: alarmOf(draw) })) })),
      comment: orEmpty(draw, '', () => `seen by nurse ${draw.whole(300)}`),
      reserved: draw.pick([null, {}, []]),
    }),
};

function orEmpty<T>(draw: Draw, empty: T | object, make: () => T): unknown {
  const chance = draw.share();
  return chance < 0.25 ? null : chance < 0.5 ? empty : make();
}

function orderOf(draw: Draw): Record<string, unknown> {
  return {
    code: `L${draw.whole(500)}`,
    options: orEmpty(draw, {}, () => ({ note: orEmpty(draw, '', () => 'fasting'), repeats: draw.whole(5) })),
    results: orEmpty(draw, [], () => Array.from({ length: 1 + draw.whole(4) }, () => draw.decimal(0, 20, 2))),
  };
}

function alarmOf(draw: Draw): unknown {
  return orEmpty(draw, {}, () => ({ low: draw.decimal(30, 35, 1), high: draw.decimal(38, 42, 1) }));
}
