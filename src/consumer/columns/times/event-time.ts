import type { EventTimeUnit } from '../../../schema/partitions/layout.ts';
import { ExactNumber, parseTimestamp } from '../../../schema/values/scalar-values.ts';

/** The end of the year 9999: what lies behind has no date that query engines know. */
const timeMax = 253_402_300_799_999;

/** Milliseconds of a unit, and the number at which a time in it is taken for one in the next: March 1973 in that one, the year 5138 in this one. */
const units = [
  { unit: 's', ms: 1000, below: 1e11 },
  { unit: 'ms', ms: 1, below: 1e14 },
  { unit: 'us', ms: 1e-3, below: 1e17 },
  { unit: 'ns', ms: 1e-6, below: Infinity },
] as const;

/** The parts of an ISO 8601 date-time with a zone, in all spellings that senders have: no seconds, any digits of them, a zone without colon. */
const anyTime = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?([Zz]|[+-]\d\d:?\d\d)$/;
/** Unix time as text; shorter digits are more likely something else. */
const unixTime = /^\d{9,19}(?:\.\d{1,9})?$/;
/** Longer strings are not looked at. */
const lengthMax = 48;

/** Reads an event time as milliseconds; NaN for what is none. */
export type EventTimeReader = (value: unknown) => number;

/** Reads ISO 8601 with a zone, and Unix time in the unit, as number or text; its size tells the unit when none is given. */
export function eventTimeReader(unit: EventTimeUnit): EventTimeReader {
  return (value) => {
    if (typeof value === 'number') return ofNumber(value, unit);
    if (value instanceof ExactNumber) return ofNumber(Number(value.text), unit);
    if (typeof value !== 'string' || value.length > lengthMax) return Number.NaN;
    return parseTimestamp(value) ?? (unixTime.test(value) ? ofNumber(Number(value), unit) : parseAnyTime(value));
  };
}

function ofNumber(value: number, unit: EventTimeUnit): number {
  if (!(value > 0)) return Number.NaN;
  const found = units.find((each) => (unit === 'auto' ? value < each.below : each.unit === unit));
  const timeMs = value * (found?.ms ?? Number.NaN);
  return timeMs <= timeMax ? timeMs : Number.NaN;
}

/** Reads what no timestamp column can hold without losing digits, to the millisecond: Java and Python write six digits and more. */
function parseAnyTime(text: string): number {
  const [, date, time, seconds = '00', fraction = '', zone = ''] = anyTime.exec(text) ?? [];
  if (date === undefined || time === undefined) return Number.NaN;
  const usualZone = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  return parseTimestamp(`${date}T${time}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${usualZone}`) ?? Number.NaN;
}

/** Which value of a record is its event time. */
export interface EventTimeField {
  /** Name of a top-level field. */
  readonly name: string;
  /** Where it is inside of others, if the name has dots. */
  readonly path: readonly string[] | undefined;
  readonly read: EventTimeReader;
}

export function eventTimeField(name: string, unit: EventTimeUnit): EventTimeField {
  return { name, path: name.includes('.') ? name.split('.') : undefined, read: eventTimeReader(unit) };
}

/** Where in the top-level field of that name the event time is: in itself for an empty path; `undefined` where it is none. */
export function pathWithin({ name, path }: EventTimeField, field: string): readonly string[] | undefined {
  if (field === name) return [];
  return path?.[0] === field ? path.slice(1) : undefined;
}

/** The value at the path; `undefined` where there is none. */
export function valueInside(outer: unknown, path: readonly string[]): unknown {
  let value = outer;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}
