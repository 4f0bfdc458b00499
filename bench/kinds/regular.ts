import { readingAt } from '../../src/producer/thermometer.ts';
import type { RecordKind } from './kind.ts';

/** The easiest data there is. */
export const regular: RecordKind = {
  name: 'regular',
  about: 'thermometer readings: four fields in one order, 50 patients in turn, 10 ms apart',
  records: 2_000_000,
  columns: { deviceId: 'string', patientId: 'string', temperature: 'double', eventTime: 'timestamp' },
  eventTimeField: 'eventTime',
  textAt: (draw, index, startMs) =>
    JSON.stringify(readingAt({ seed: draw.seed, patients: 50 }, index, startMs + index * 10)),
};
