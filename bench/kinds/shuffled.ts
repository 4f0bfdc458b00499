import { isoTime } from '../../src/producer/thermometer.ts';
import type { Draw } from './draw.ts';
import type { RecordKind } from './kind.ts';

type Field = readonly [name: string, value: unknown];

/** Records of publishers that keep fields in maps without an order. */
export const shuffled: RecordKind = {
  name: 'shuffled',
  about: '6 to 11 of 12 fields in any order, one of them a number, a string or a boolean',
  records: 500_000,
  columns: {
    id: 'bigint',
    eventTime: 'timestamp',
    patient: 'string',
    ward: 'string',
    bed: 'bigint',
    temperature: 'double',
    pulse: 'bigint',
    state: 'string',
    isAlarm: 'boolean',
    firmware: 'string',
    signal: 'double',
    code: 'json',
  },
  eventTimeField: 'eventTime',
  textAt: (draw, index, startMs) => {
    const fields = draw.shuffled(fieldsOf(draw, index, startMs)).slice(0, 6 + draw.whole(6));
    return JSON.stringify(Object.fromEntries(fields));
  },
};

function fieldsOf(draw: Draw, index: number, startMs: number): Field[] {
  return [
    ['id', index],
    ['eventTime', isoTime(startMs + index * 20 + draw.whole(1000))],
    ['patient', `patient-${draw.whole(10_000)}`],
    ['ward', draw.pick(['intensive care', 'cardiology', 'surgery', 'oncology'])],
    ['bed', draw.whole(400)],
    ['temperature', draw.decimal(35, 40, 1)],
    ['pulse', 50 + draw.whole(90)],
    ['state', draw.pick(['ok', 'drifting', 'replace battery'])],
    ['isAlarm', draw.isTrue(0.05)],
    ['firmware', `4.${draw.whole(7)}.${draw.whole(3)}`],
    ['signal', draw.decimal(-90, -30, 3)],
    ['code', draw.pick([draw.whole(500), `E${draw.whole(500)}`, draw.isTrue(0.5)])],
  ];
}
