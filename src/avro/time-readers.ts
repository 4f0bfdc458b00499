import { timeUnits, type TimestampLogical } from './avro-type.ts';

const msPerDay = 86_400_000;
/** The last time that a Date can hold. */
const dateMaxMs = 8.64e15;

/** Writes days since 1970 as `YYYY-MM-DD`. */
export function dateText(days: number): string {
  const ms = days * msPerDay;
  return Math.abs(ms) > dateMaxMs ? String(days) : dateOf(new Date(ms).toISOString());
}

function dateOf(iso: string): string {
  return iso.slice(0, iso.indexOf('T'));
}

/** Writes a time since midnight, in units of so many digits of a second, as `hh:mm:ss.fff`; beyond a day as its number. */
export function timeOfDayText(value: number, digits: number): string {
  const perSecond = 10 ** digits;
  if (value < 0 || value >= 86_400 * perSecond) return String(value);
  const seconds = Math.floor(value / perSecond);
  const minutes = Math.floor(seconds / 60);
  const fraction = String(value - seconds * perSecond).padStart(digits, '0');
  return `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}.${fraction}`;
}

/**
 * Makes the writer of a timestamp's text: ISO 8601 with all digits of the unit, so that a field's texts have one form whatever its values are;
 * with a zone unless the time is local. What no calendar has comes as its number.
 */
export function timestampReader(logical: TimestampLogical): (value: number | bigint) => string {
  const { perSecond, digits, isLocal } = timeUnits[logical];
  const zone = isLocal ? '' : 'Z';
  if (digits === 3) return (value) => (isCalendar(value) ? isoOf(Number(value), zone) : String(value));
  const perMs = perSecond / 1000;
  return (value) => {
    const [ms, rest] = splitTime(value, perMs);
    if (!isCalendar(ms)) return String(value);
    const more = String(rest).padStart(digits - 3, '0');
    return `${isoOf(ms, '')}${more}${zone}`;
  };
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function isCalendar(ms: number | bigint): boolean {
  return ms >= -dateMaxMs && ms <= dateMaxMs;
}

/** The day written last, as days since 1970 and as text: most times of a batch are of one day. */
let lastDay = Number.NaN;
let lastDate = '';

function isoOf(ms: number, zone: string): string {
  const day = Math.floor(ms / msPerDay);
  if (day !== lastDay) {
    lastDate = dateOf(new Date(day * msPerDay).toISOString());
    lastDay = day;
  }
  return `${lastDate}T${timeOfDayText(ms - day * msPerDay, 3)}${zone}`;
}

/** Milliseconds, and the units beyond them. */
function splitTime(value: number | bigint, perMs: number): readonly [ms: number, rest: number] {
  if (typeof value === 'number') {
    const ms = Math.floor(value / perMs);
    return [ms, value - ms * perMs];
  }
  const by = BigInt(perMs);
  const rest = ((value % by) + by) % by;
  return [Number((value - rest) / by), Number(rest)];
}

/** Writes the three little-endian numbers of a duration as ISO 8601: `P1M2DT3.004S`. */
export function durationText(bytes: Buffer, start: number): string {
  const [months, days, ms] = [0, 4, 8].map((offset) => bytes.readUInt32LE(start + offset));
  return `P${months}M${days}DT${((ms ?? 0) / 1000).toFixed(3)}S`;
}
