import { dateOf, timestampOf } from './times.ts';
import type { ColumnType } from '../types/column-type.ts';

/** A number that is kept as its digits: an integer beyond 2^53, whose digits a double does not tell, or a magnitude beyond the largest double. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.text);
  }
}

const integerDigits = /^-?\d+$/;

/** Gives the value of a JSON number's digits. */
export function exactOf(digits: string): number | ExactNumber {
  const value = Number(digits);
  if (Number.isSafeInteger(value)) return value;
  return Number.isFinite(value) && !integerDigits.test(digits) ? value : new ExactNumber(digits);
}

declare global {
  interface JSON {
    rawJSON(text: string): unknown;
  }
}

/** The answer of `fitScalar` and `conform` for a value that the type can't hold. */
export const unfit = Symbol('unfit');

const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;
const integerLimits = { int: 2 ** 31, smallint: 2 ** 15, tinyint: 2 ** 7 };

/**
 * Converts the JSON value to a value of the scalar type, or answers `unfit`. Numbers come as numbers (bigint as bigint), `timestamp` as
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
      return typeof value === 'number' && isExactInteger(value) && value >= -limit && value < limit ? value : unfit;
    }
    case 'decimal':
      return fitDecimal(value, type.precision, type.scale);
    case 'string':
      // half a surrogate pair has no UTF-8
      return typeof value === 'string' && value.isWellFormed() ? value : unfit;
    case 'timestamp':
      return (typeof value === 'string' ? parseTimestamp(value) : undefined) ?? unfit;
    case 'date':
      return (typeof value === 'string' ? parseDate(value) : undefined) ?? unfit;
    default:
      return unfit;
  }
}

/** Tells whether the number is an integer that a double tells from all others. */
function isExactInteger(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

function fitBigint(value: unknown): unknown {
  if (typeof value === 'number') return isExactInteger(value) ? BigInt(value) : unfit;
  if (!(value instanceof ExactNumber) || !integerDigits.test(value.text)) return unfit;
  const integer = BigInt(value.text);
  return integer >= int64Min && integer <= int64Max ? integer : unfit;
}

/** No decimal is -0: a type of whole numbers does not hold it either. */
function fitDecimal(value: unknown, precision: number, scale: number): unknown {
  if (Object.is(value, -0)) return unfit;
  const unscaled = typeof value === 'number' ? unscaledOf(value, scale) : undefined;
  if (unscaled === undefined || unscaled < int64Min || unscaled > int64Max) return unfit;
  const limit = 10n ** BigInt(precision);
  return unscaled > -limit && unscaled < limit ? value : unfit;
}

const plainNumber = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;

/** Gives a decimal's integer (1.5 at scale 2 is 150n) from the digits that the number is written with; `undefined` when the scale has no place for all. */
export function unscaledOf(value: number, scale: number): bigint | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = plainNumber.exec(String(value)) ?? [];
  if (whole === '') return undefined;
  const zeros = scale - fraction.length + Number(exponent);
  const digits = `${sign}${whole}${fraction}`;
  if (zeros >= 0) return BigInt(digits) * 10n ** BigInt(zeros);
  const divisor = 10n ** BigInt(-zeros);
  return BigInt(digits) % divisor === 0n ? BigInt(digits) / divisor : undefined;
}

/** Scratch for the longest string that can be a time: 29 bytes. */
const scratch = Buffer.alloc(128);

/** Reads an ISO 8601 date-time, as milliseconds since the epoch; `undefined` for anything else. */
export function parseTimestamp(text: string): number | undefined {
  if (text === lastText) return lastTimestamp;
  const ms = text.length > 29 ? Number.NaN : timestampOf(scratch, 0, scratch.write(text));
  lastTimestamp = Number.isNaN(ms) ? undefined : ms;
  lastText = text;
  return lastTimestamp;
}

/** The last time read: one record's is asked for several times in a row, for its type, its value and its Hive partition. */
let lastText = '';
let lastTimestamp: number | undefined;

/** Reads `YYYY-MM-DD`, as days since the epoch; `undefined` for anything else. */
export function parseDate(text: string): number | undefined {
  if (text.length !== 10) return undefined;
  const day = dateOf(scratch, 0, scratch.write(text));
  return Number.isNaN(day) ? undefined : day;
}
