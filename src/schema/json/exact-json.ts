import { hasEscapedKey, readJson } from './read-json.ts';
import { ExactNumber, exactOf } from '../values/scalar-values.ts';

/**
 * Parses JSON and loses no digit: integers that not every double next to them can be told from come as `ExactNumber`. Throws as
 * `JSON.parse` does.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (hasEscapedKey(text)) return readJson(text, exactOf);
  return mayHaveLostDigits(value, text) ? JSON.parse(text, reviveExact) : value;
}

/** Parses JSON none of whose numbers has more digits than a double holds. */
export function parsePlainJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return hasEscapedKey(text) ? readJson(text, Number) : value;
}

/**
 * Writes JSON that `parseJson` reads back as the same value: `JSON.stringify` has no digits for `-0` and none for a `bigint`, and writes
 * large doubles with the digits of other integers.
 */
export function writeJson(value: unknown): string {
  return isWrittenAsIs(value) ? JSON.stringify(value) : JSON.stringify(value, writeExact);
}

const longNumber = /[0-9]{16}|[0-9][eE]/;

/** Tells whether a number of the text may have more digits, or a larger exponent, than a double can hold. */
function mayHaveLostDigits(value: unknown, text: string): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'number' && isBeyondDouble(value);
  return longNumber.test(text) && holdsBeyondDouble(value);
}

function holdsBeyondDouble(value: object): boolean {
  for (const member of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof member === 'number' ? isBeyondDouble(member) : isObject(member) && holdsBeyondDouble(member))
      return true;
  }
  return false;
}

/** Tells whether the JSON value has members: an object or an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Tells whether a double may stand for other digits; fractions are what a double makes of them. */
export function isBeyondDouble(value: number): boolean {
  return !Number.isSafeInteger(value) && (Number.isInteger(value) || !Number.isFinite(value));
}

function reviveExact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return isBeyondDouble(value) ? exactOf(context.source) : value;
}

function isWrittenAsIs(value: unknown): boolean {
  if (typeof value === 'number') return !isBeyondDouble(value) && !Object.is(value, -0);
  if (typeof value === 'bigint') return false;
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return true;
  for (const member of Array.isArray(value) ? value : Object.values(value)) if (!isWrittenAsIs(member)) return false;
  return true;
}

function writeExact(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return JSON.rawJSON(value.toString());
  if (typeof value !== 'number') return value;
  if (Object.is(value, -0)) return JSON.rawJSON('-0');
  // an exponent says that it is a double
  return isBeyondDouble(value) ? JSON.rawJSON(value.toExponential()) : value;
}
