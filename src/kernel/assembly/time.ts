import { colon, digitOf, minus, plus, point } from './bytes';

/** Reads ISO 8601 dates and times as `src/schema/values/times.ts` does: both give the same. */

const usualLength: usize = 24; // 2026-11-23T09:15:02.120Z
const shortest: usize = 20; // 2026-11-23T09:15:02Z
const longest: usize = 29; // 2026-11-23T09:15:02.123+00:00
const dateLength: usize = 10;
const msPerDay: f64 = 86_400_000;

/** The limits of `src/schema/values/times.ts`: 1582-10-15, 1900-01-01 and 10000-01-01. */
const firstDay: f64 = -141_427;
const firstMs: f64 = -2_208_988_800_000;
const endMs: f64 = 253_402_300_800_000;

const daysOfMonth = memory.data<u8>([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);

/** The minute of the last time of the usual length: `2026-11-23T09:15`, and its milliseconds. */
const minute = memory.data(16);
let minuteMs: f64 = 0;

/** Stands for no digits; above all of them. */
const none: u32 = 0xffff;

/** Reads milliseconds since the epoch, NaN when the string is no date-time with seconds and a zone, or has more digits than milliseconds. */
export function timeOf(start: usize, end: usize): f64 {
  const length = end - start;
  if (length < shortest || length > longest || (load<u8>(start, 10) | 0x20) != 0x74) return NaN;
  if (length == usualLength && isInMinute(start)) {
    const ms = restOfMinute(start);
    if (ms != none) return minuteMs + <f64>ms;
  }
  const ms = timeOfAny(start, end);
  if (length == usualLength && ms == ms) {
    v128.store(minute, v128.load(start));
    minuteMs = Math.floor(ms / 60_000) * 60_000;
  }
  return ms;
}

/** Tells whether a string of so many bytes is to be read as a date, if as anything: no time is as short. */
export function hasDateLength(start: usize, end: usize): bool {
  return end - start == dateLength;
}

/** Reads a time as `timeOf` does, or a date as `dateOf` does; NaN when the string is neither. */
export function timeOrDateOf(start: usize, end: usize): f64 {
  const length = end - start;
  if (length < dateLength || length > longest) return NaN;
  return length == dateLength ? dateOf(start, end) : timeOf(start, end);
}

function isInMinute(start: usize): bool {
  return !v128.any_true(v128.xor(v128.load(start), v128.load(minute)));
}

/** Reads the milliseconds of `:02.120Z`, `none` when it is something else. */
function restOfMinute(start: usize): u32 {
  const tens = digitOf(load<u8>(start, 17));
  const ones = digitOf(load<u8>(start, 18));
  const hundreds = digitOf(load<u8>(start, 20));
  const tenths = digitOf(load<u8>(start, 21));
  const thousandths = digitOf(load<u8>(start, 22));
  if (tens > 5 || ones > 9 || hundreds > 9 || tenths > 9 || thousandths > 9) return none;
  if (load<u8>(start, 16) != colon || load<u8>(start, 19) != point || load<u8>(start, 23) != 0x5a) return none;
  return (tens * 10 + ones) * 1000 + hundreds * 100 + tenths * 10 + thousandths;
}

function timeOfAny(start: usize, end: usize): f64 {
  const day = dayOf(start);
  if (day != day || load<u8>(start, 13) != colon || load<u8>(start, 16) != colon) return NaN;
  const hours = twoDigits(start + 11);
  const minutes = twoDigits(start + 14);
  const seconds = twoDigits(start + 17);
  if (hours > 23 || minutes > 59 || seconds > 59) return NaN;
  let at = start + 19;
  let ms: u32 = 0;
  if (load<u8>(at) == point) {
    let weight: u32 = 100;
    const first = ++at;
    for (let digit = digitOf(load<u8>(at)); digit <= 9; digit = digitOf(load<u8>(++at))) {
      if (weight == 0) return NaN;
      ms += digit * weight;
      weight /= 10;
    }
    if (at == first) return NaN;
  }
  const timeMs = day * msPerDay + <f64>((hours * 60 + minutes) * 60 + seconds) * 1000 + <f64>ms - zoneOf(at, end);
  return timeMs >= firstMs && timeMs < endMs ? timeMs : NaN;
}

/** Reads the milliseconds ahead of UTC, NaN when the rest of the string is no zone. */
function zoneOf(at: usize, end: usize): f64 {
  const sign = load<u8>(at);
  if ((sign | 0x20) == 0x7a) return end == at + 1 ? 0 : NaN;
  if ((sign != plus && sign != minus) || end != at + 6 || load<u8>(at, 3) != colon) return NaN;
  const hours = twoDigits(at + 1);
  const minutes = twoDigits(at + 4);
  if (hours > 23 || minutes > 59) return NaN;
  const ms = <f64>(hours * 60 + minutes) * 60_000;
  return sign == minus ? -ms : ms;
}

/** Reads `YYYY-MM-DD` as days since the epoch, NaN for anything else. */
export function dateOf(start: usize, end: usize): f64 {
  const day = end - start == dateLength ? dayOf(start) : NaN;
  return day >= firstDay ? day : NaN;
}

function dayOf(start: usize): f64 {
  if (load<u8>(start, 4) != minus || load<u8>(start, 7) != minus) return NaN;
  const year = twoDigits(start) * 100 + twoDigits(start + 2);
  const month = twoDigits(start + 5);
  const day = twoDigits(start + 8);
  // years below 100 mean the twentieth century to many; such dates stay strings
  if (year < 100 || year > 9999 || month < 1 || month > 12 || day < 1) return NaN;
  const isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const days = <u32>load<u8>(daysOfMonth + month - 1) + (month == 2 && isLeap ? 1 : 0);
  return day <= days ? <f64>daysSinceEpoch(<i32>year, <i32>month, <i32>day) : NaN;
}

/** Counts the days; years begin in March here, so that the leap day comes last. */
function daysSinceEpoch(year: i32, month: i32, day: i32): i32 {
  const yearFromMarch = month > 2 ? year : year - 1;
  const monthFromMarch = (month + 9) % 12;
  const leapDays = yearFromMarch / 4 - yearFromMarch / 100 + yearFromMarch / 400;
  const daysToEpoch = 719_468;
  return yearFromMarch * 365 + leapDays + (monthFromMarch * 153 + 2) / 5 + day - 1 - daysToEpoch;
}

/** Reads two digits, `none` when there are none. */
function twoDigits(at: usize): u32 {
  const tens = digitOf(load<u8>(at));
  const ones = digitOf(load<u8>(at, 1));
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : none;
}
