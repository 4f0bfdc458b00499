import { randomAt } from '../../src/producer/random.ts';
import type { Columns, ColumnType } from './columns.ts';
import type { RecordKind } from './kind.ts';

const wards = ['intensive care', 'cardiology', 'paediatrics', 'surgery', 'oncology', 'neurology'];
const states = ['ok', 'ok', 'ok', 'ok', 'drifting', 'replace battery'];
const vitals = 16;
const flags = 8;
const codes = 8;

/** Many fields, and all that can be nested. */
export const wide: RecordKind = {
  name: 'wide',
  about:
    '50 fields: strings with few and with many values, numbers, booleans, times, structs in structs, arrays of numbers and of structs',
  records: 200_000,
  columns: {
    ...each('string', ['messageId', 'deviceId', 'patientId']),
    ...each('timestamp', ['eventTime', 'receivedAt', 'calibratedAt']),
    ...each('string', ['ward', 'state']),
    sequence: 'bigint',
    isAlarm: 'boolean',
    ...each('string', ['note', 'firmware']),
    ...numbered('vital', vitals, (): ColumnType => 'double'),
    ...numbered('isOn', flags, (): ColumnType => 'boolean'),
    ...numbered('code', codes, (): ColumnType => 'string'),
    location: {
      fields: { building: 'string', floor: 'bigint', bed: { fields: each('string', ['room', 'position']) } },
    },
    battery: { fields: { percent: 'bigint', volts: 'double', isCharging: 'boolean' } },
    network: { fields: each('bigint', ['rssi', 'channel']) },
    samples: { elements: 'double' },
    events: { elements: { fields: { kind: 'string', at: 'timestamp' } } },
    tags: { elements: 'string' },
  },
  eventTimeField: 'eventTime',
  textAt: (draw, index, startMs) => JSON.stringify(recordAt(draw.seed, index, startMs)),
};

function each(type: ColumnType, names: readonly string[]): Columns {
  return Object.fromEntries(names.map((name) => [name, type]));
}

function recordAt(seed: number, index: number, startMs: number): Record<string, unknown> {
  const random = (salt: number): number => randomAt(seed, index, salt);
  const pick = <T>(values: readonly T[], salt: number): T | undefined =>
    values[Math.floor(random(salt) * values.length)];
  const tenths = (salt: number, low: number, span: number): number => Math.round((low + random(salt) * span) * 10) / 10;
  const time = (shiftMs: number): string => new Date(startMs + index * 20 + shiftMs).toISOString();
  return {
    messageId: `m-${index.toString(36).padStart(7, '0')}-${Math.floor(random(1) * 2 ** 32).toString(16)}`,
    deviceId: `monitor-${String(index % 400).padStart(4, '0')}`,
    patientId: `patient-${String(index % 1000).padStart(4, '0')}`,
    eventTime: time(0),
    receivedAt: time(150),
    calibratedAt: time(-86_400_000),
    ward: pick(wards, 2),
    state: pick(states, 3),
    sequence: index,
    isAlarm: random(4) < 0.02,
    note: random(5) < 0.1 ? `checked by nurse ${Math.floor(random(6) * 200)}` : null,
    firmware: `4.${index % 7}.${index % 3}`,
    ...numbered('vital', vitals, (at) => tenths(10 + at, 20 + at * 5, 40)),
    ...numbered('isOn', flags, (at) => random(40 + at) < 0.5),
    ...numbered('code', codes, (at) => `C${Math.floor(random(60 + at) * 40)}`),
    location: {
      building: `B${index % 4}`,
      floor: index % 9,
      bed: { room: `R${index % 120}`, position: pick(['door', 'middle', 'window'], 80) },
    },
    battery: { percent: Math.floor(random(81) * 100), volts: tenths(82, 3, 1.2), isCharging: random(83) < 0.3 },
    network: { rssi: -30 - Math.floor(random(84) * 60), channel: 1 + (index % 13) },
    samples: Array.from({ length: 24 }, (_, at) => tenths(120 + at, 36, 3)),
    events: Array.from({ length: 2 }, (_, at) => ({
      kind: pick(['press', 'lead off', 'motion'], 100 + at),
      at: time(at),
    })),
    tags: [pick(wards, 110), `shift-${index % 3}`],
  };
}

function numbered<T>(name: string, count: number, valueOf: (at: number) => T): Record<string, T> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}${at + 1}`, valueOf(at)]));
}
