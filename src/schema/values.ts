import type { ColumnType } from './types.ts';

/** A number whose digits a double can't hold: an integer beyond 2^53 or a magnitude beyond the largest double. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.text);
  }
}

declare global {
  interface JSON {
    rawJSON(text: string): unknown;
  }
}

/** What `fitScalar` answers for a value that the type can't hold. */
export const unfit = Symbol('unfit');

export const msPerDay = 86_400_000;
const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;
const integerLimits = { int: 2 ** 31, smallint: 2 ** 15, tinyint: 2 ** 7 };

/**
 * The JSON value as a value of the scalar type, or `unfit`. Numbers come as numbers (bigint as bigint), `timestamp` as
 * milliseconds and `date` as days since the epoch, `boolean` as itself. Nothing is rounded or guessed.
 */
export function fitScalar(value: unknown, type: ColumnType): unknown {
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? value : unfit;
    case 'double':
      return typeof value === 'number' ? value : unfit;
    case 'float':
      return typeof value === 'number' && Math.fround(value) === value ? value : unfit;
    case 'bigint':
      return fitBigint(value);
    case 'int':
    case 'smallint':
    case 'tinyint': {
      const limit = integerLimits[type.kind];
      return Number.isInteger(value) && Number(value) >= -limit && Number(value) < limit ? value : unfit;
    }
    case 'decimal':
      return fitDecimal(value, type.precision, type.scale);
    case 'string':
      return typeof value === 'string' ? value : unfit;
    case 'timestamp':
      return (typeof value === 'string' ? parseTimestamp(value) : undefined) ?? unfit;
    case 'date':
      return (typeof value === 'string' ? parseDate(value) : undefined) ?? unfit;
    default:
      return unfit;
  }
}

function fitBigint(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : unfit;
  if (!(value instanceof ExactNumber) || !/^-?\d+$/.test(value.text)) return unfit;
  const integer = BigInt(value.text);
  return integer >= int64Min && integer <= int64Max ? integer : unfit;
}

function fitDecimal(value: unknown, precision: number, scale: number): unknown {
  if (typeof value !== 'number' || Math.abs(value) >= 10 ** (precision - scale)) return unfit;
  return Number(value.toFixed(Math.min(scale, 100))) === value ? value : unfit;
}

/**
 * ISO 8601 date-time with seconds and a zone, as milliseconds since the epoch. `undefined` for anything else, also for
 * more digits than milliseconds have: such a text stays a text rather than lose them.
 */
export function parseTimestamp(text: string): number | undefined {
  if (text === lastText) return lastTimestamp;
  lastTimestamp = readTimestamp(text);
  lastText = text;
  return lastTimestamp;
}

/** One record's time is asked for several times in a row: for its type, its value, its place. */
let lastText = '';
let lastTimestamp: number | undefined;

function readTimestamp(text: string): number | undefined {
  const { length } = text;
  if (length < 20 || length > 29 || (text.charCodeAt(10) | 32) !== 0x74) return undefined;
  const dayMs = parseDay(text);
  if (dayMs === undefined || text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a) return undefined;
  const hours = twoDigits(text, 11);
  const minutes = twoDigits(text, 14);
  const seconds = twoDigits(text, 17);
  if (!(hours < 24 && minutes < 60 && seconds < 60)) return undefined;
  let at = 19;
  let ms = 0;
  if (text.charCodeAt(at) === 0x2e) {
    let weight = 100;
    for (at++; isDigit(text, at); at++, weight /= 10) {
      if (weight < 1) return undefined;
      ms += (text.charCodeAt(at) - 0x30) * weight;
    }
    if (weight === 100) return undefined;
  }
  const zoneMs = parseZone(text, at);
  if (zoneMs === undefined) return undefined;
  return dayMs + hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + Math.round(ms) - zoneMs;
}

/** `YYYY-MM-DD` as days since the epoch. */
export function parseDate(text: string): number | undefined {
  const dayMs = text.length === 10 ? parseDay(text) : undefined;
  return dayMs === undefined ? undefined : dayMs / msPerDay;
}

function parseZone(text: string, at: number): number | undefined {
  const sign = text.charCodeAt(at);
  if ((sign | 32) === 0x7a) return text.length === at + 1 ? 0 : undefined;
  if ((sign !== 0x2b && sign !== 0x2d) || text.length !== at + 6 || text.charCodeAt(at + 3) !== 0x3a) return undefined;
  const hours = twoDigits(text, at + 1);
  const minutes = twoDigits(text, at + 4);
  if (!(hours < 24 && minutes < 60)) return undefined;
  return (hours * 60 + minutes) * 60_000 * (sign === 0x2d ? -1 : 1);
}

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function parseDay(text: string): number | undefined {
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = (daysOfMonth[month - 1] ?? 0) + (month === 2 && isLeap ? 1 : 0);
  // years below 100 mean the twentieth century to Date.UTC; such dates stay texts
  return year >= 100 && day >= 1 && day <= days ? Date.UTC(year, month - 1, day) : undefined;
}

/** NaN when there are no two digits. */
function twoDigits(text: string, at: number): number {
  return isDigit(text, at) && isDigit(text, at + 1)
    ? (text.charCodeAt(at) - 0x30) * 10 + text.charCodeAt(at + 1) - 0x30
    : Number.NaN;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}
