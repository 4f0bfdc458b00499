import { unreachable } from '../runtime/errors.ts';
import type { Reading } from './thermometer.ts';

/** Kinds of dirty input that the simulator makes on purpose. */
export const faultKinds = [
  'broken-json',
  'missing-event-time',
  'odd-event-time',
  'number-as-text',
  'new-field',
  'nested-fields',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Writes the reading's JSON with the fault in it. */
export function spoil(reading: Reading, kind: FaultKind): string {
  const { deviceId, patientId, temperature } = reading;
  switch (kind) {
    case 'broken-json':
      return JSON.stringify(reading).slice(0, -7);
    case 'missing-event-time':
      return JSON.stringify({ deviceId, patientId, temperature });
    case 'odd-event-time':
      return JSON.stringify({ ...reading, eventTime: 'yesterday, after lunch' });
    case 'number-as-text':
      return JSON.stringify({ ...reading, temperature: `${temperature} °C` });
    case 'new-field':
      return JSON.stringify({ ...reading, batteryPercent: 80 });
    case 'nested-fields':
      return JSON.stringify({
        ...reading,
        place: { ward: 'B', bed: { floor: 2, number: 14 } },
        tags: ['oral', 'night'],
      });
    default:
      return unreachable(kind);
  }
}
