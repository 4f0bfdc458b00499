import { parseTimestamp } from '../../schema/values.ts';

const secondsMax = 1e11;
/** The end of the year 9999: what lies behind has no date that query engines know. */
const timeMax = 253_402_300_799_999;

/** The parts of an ISO 8601 date-time with a zone, in all spellings that senders have: no seconds, any digits of them, a zone without colon. */
const anyTime = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?([Zz]|[+-]\d\d:?\d\d)$/;
/** Longer strings are not looked at. */
const lengthMax = 48;

/** Reads an event time: ISO 8601 with zone, or Unix time in milliseconds, or seconds when milliseconds would mean a day before March 1973. */
export function eventTimeOf(value: unknown): number {
  if (typeof value === 'string') return parseTimestamp(value) ?? parseAnyTime(value);
  if (typeof value !== 'number' || value <= 0 || value > timeMax) return Number.NaN;
  return value < secondsMax ? value * 1000 : value;
}

/** Reads what no timestamp column can hold without losing digits, to the millisecond: Java and Python write six digits and more. */
function parseAnyTime(text: string): number {
  const [, date, time, seconds = '00', fraction = '', zone = ''] =
    text.length > lengthMax ? [] : (anyTime.exec(text) ?? []);
  if (date === undefined || time === undefined) return Number.NaN;
  const usualZone = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  return parseTimestamp(`${date}T${time}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${usualZone}`) ?? Number.NaN;
}
