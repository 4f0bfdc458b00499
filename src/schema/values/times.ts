import { msPerDay, msPerHour, msPerMinute } from '../../runtime/duration.ts';

const shortest = '2026-11-23T09:15:02Z'.length;
const longest = '2026-11-23T09:15:02.123+00:00'.length;
const dateLength = '2026-11-23'.length;

/** Dates before the Gregorian calendar and times before standard zones mean different days to readers (Spark refuses the file): they stay text. */
const firstDay = Date.UTC(1582, 9, 15) / msPerDay;
const firstMs = Date.UTC(1900, 0, 1);
/** A zone can bring a time into the year 10000, which many readers don't know. */
const endMs = Date.UTC(10_000, 0, 1);

/**
 * Reads an ISO 8601 date-time with seconds and a zone from its bytes, as milliseconds since the epoch. NaN for anything else, and for
 * more digits than milliseconds have: such a value stays a string rather than lose them.
 */
export function timestampOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < shortest || length > longest || ((bytes[start + 10] ?? 0) | 0x20) !== 0x74) return Number.NaN;
  const day = dayOf(bytes, start);
  if (Number.isNaN(day) || bytes[start + 13] !== 0x3a || bytes[start + 16] !== 0x3a) return Number.NaN;
  const hours = twoDigits(bytes, start + 11);
  const minutes = twoDigits(bytes, start + 14);
  const seconds = twoDigits(bytes, start + 17);
  if (!(hours < 24 && minutes < 60 && seconds < 60)) return Number.NaN;
  let at = start + 19;
  let ms = 0;
  if (bytes[at] === 0x2e) {
    let weight = 100;
    for (at++; isDigit(bytes[at]); at++, weight /= 10) {
      if (weight < 1) return Number.NaN;
      ms += ((bytes[at] ?? 0) - 0x30) * weight;
    }
    if (weight === 100) return Number.NaN;
  }
  const zone = zoneOf(bytes, at, end);
  const timeMs = day * msPerDay + hours * msPerHour + minutes * msPerMinute + seconds * 1000 + Math.round(ms) - zone;
  return timeMs >= firstMs && timeMs < endMs ? timeMs : Number.NaN;
}

/** Reads `YYYY-MM-DD` from its bytes, as days since the epoch; NaN for anything else. */
export function dateOf(bytes: Uint8Array, start: number, end: number): number {
  const day = end - start === dateLength ? dayOf(bytes, start) : Number.NaN;
  return day >= firstDay ? day : Number.NaN;
}

/** Reads the zone, in milliseconds ahead of UTC. */
function zoneOf(bytes: Uint8Array, at: number, end: number): number {
  const sign = bytes[at] ?? 0;
  if ((sign | 0x20) === 0x7a) return end === at + 1 ? 0 : Number.NaN;
  if ((sign !== 0x2b && sign !== 0x2d) || end !== at + 6 || bytes[at + 3] !== 0x3a) return Number.NaN;
  const hours = twoDigits(bytes, at + 1);
  const minutes = twoDigits(bytes, at + 4);
  if (!(hours < 24 && minutes < 60)) return Number.NaN;
  return (hours * 60 + minutes) * 60_000 * (sign === 0x2d ? -1 : 1);
}

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function dayOf(bytes: Uint8Array, start: number): number {
  if (bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d) return Number.NaN;
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = (daysOfMonth[month - 1] ?? 0) + (month === 2 && isLeap ? 1 : 0);
  // years below 100 mean the twentieth century to many; such dates stay strings
  return year >= 100 && day >= 1 && day <= days ? daysSinceEpoch(year, month, day) : Number.NaN;
}

/** Days before each month of a year that begins in March, so that the leap day comes last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const yearFromMarch = month > 2 ? year : year - 1;
  const monthFromMarch = (month + 9) % 12;
  const leapDays = Math.floor(yearFromMarch / 4) - Math.floor(yearFromMarch / 100) + Math.floor(yearFromMarch / 400);
  const daysToEpoch = 719_468;
  return yearFromMarch * 365 + leapDays + Math.floor((monthFromMarch * 153 + 2) / 5) + day - 1 - daysToEpoch;
}

/** Reads two digits; NaN when there are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  return isDigit(bytes[at]) && isDigit(bytes[at + 1])
    ? ((bytes[at] ?? 0) - 0x30) * 10 + (bytes[at + 1] ?? 0) - 0x30
    : Number.NaN;
}

function isDigit(byte = 0): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
