import { isoTime } from '../../src/producer/thermometer.ts';
import type { RecordKind } from './kind.ts';

const patients = 10_000;

/** Readings as a hospital sends them: who comes next, and when, is not regular. */
export const ward: RecordKind = {
  name: 'ward',
  about: 'thermometer readings of 10,000 patients in no order, two decimals, times that jitter by a second',
  records: 1_000_000,
  columns: { deviceId: 'string', patientId: 'string', temperature: 'double', eventTime: 'timestamp' },
  eventTimeField: 'eventTime',
  textAt: (draw, index, startMs) => {
    const number = String(draw.whole(patients)).padStart(5, '0');
    return JSON.stringify({
      deviceId: `thermometer-${number}`,
      patientId: `patient-${number}`,
      temperature: draw.decimal(35, 40, 2),
      eventTime: isoTime(startMs + index * 10 + draw.whole(1000)),
    });
  },
};
