import { ExactNumber } from './values.ts';

/** Parses JSON without losing a digit: numbers that a double can't hold become `ExactNumber`. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return mayHaveLostDigits(value, text) ? JSON.parse(text, reviveExact) : value;
}

const longNumber = /[0-9]{16}|[0-9][eE]/;

/** True when a number in the JSON may have more digits, or a larger exponent, than a double can hold. */
function mayHaveLostDigits(value: unknown, text: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  for (const member of Object.values(value)) {
    // nested values are not walked: a long row of digits anywhere decides
    if (typeof member === 'object' && member !== null) return longNumber.test(text);
    if (typeof member === 'number' && !Number.isSafeInteger(member) && isBeyondDouble(member)) return true;
  }
  return false;
}

/** Keeps digits of integers and magnitudes that a double can't hold; fractions are rounded to a double as always. */
function isBeyondDouble(value: number): boolean {
  return !Number.isFinite(value) || Number.isInteger(value);
}

function reviveExact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  const { source } = context;
  if (!Number.isFinite(value)) return new ExactNumber(source);
  if (Number.isSafeInteger(value) || !/^-?\d+$/.test(source)) return value;
  return BigInt(source) === BigInt(value) ? value : new ExactNumber(source);
}
