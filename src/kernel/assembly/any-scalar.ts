import { digitOf, minus, quote } from './bytes';
import { endOfInteger } from './any-json';
import { endOfNumber, isExactInteger, numberValue } from './number';
import { endOfString, stringEnd, stringStart } from './strings';
import { hasDateLength, timeOrDateOf } from './time';
import { endOfBoolean } from './words';
import {
  kindDate,
  kindDigits,
  kindInteger,
  kindNumber,
  kindString,
  kindTime,
  kindTrue,
  typeBoolean,
  typeDate,
  typeDecimal,
  typeDouble,
  typeFraction,
  typeInteger,
  typeString,
  typeTimestamp,
} from '../kinds';

/** What the scalar is that was read last; `kindTrue` stands for both booleans, `kindDigits` only for integers. */
export let anyKind: i32 = 0;
/** Its bytes, of a string or of digits. */
export let anyStart: usize = 0;
export let anyEnd: usize = 0;
/** Its value, of others and of strings that stand for times: milliseconds, days; 1 and 0 for booleans. */
export let anyNumber: f64 = 0;

/** Reads a scalar of any kind but null; answers with the address one past it, 0 when it is none, or a number of another kind. */
export function endOfAnyScalar(at: usize): usize {
  const first = load<u8>(at);
  if (first == quote) return endOfAnyString(at);
  if (first == minus || digitOf(first) <= 9) return endOfAnyNumber(at);
  const end = endOfBoolean(at);
  anyKind = kindTrue;
  anyNumber = end == at + 4 ? 1 : 0;
  return end;
}

function endOfAnyString(at: usize): usize {
  const end = endOfString(at);
  if (end == 0) return 0;
  anyStart = stringStart;
  anyEnd = stringEnd;
  anyNumber = timeOrDateOf(anyStart, anyEnd);
  anyKind = isNaN(anyNumber) ? kindString : hasDateLength(anyStart, anyEnd) ? kindDate : kindTime;
  return end;
}

function endOfAnyNumber(at: usize): usize {
  const end = endOfNumber(at);
  if (end != 0) {
    anyKind = isExactInteger(numberValue) ? kindInteger : kindNumber;
    anyNumber = numberValue;
    return end;
  }
  anyKind = kindDigits;
  anyStart = at;
  anyEnd = endOfInteger(at);
  return anyEnd;
}

/** Tells whether a value of the kind is inferred to be of the type. */
export function isOfKind(type: i32, kind: i32): bool {
  if (type == typeString) return kind == kindString;
  if (type == typeBoolean) return kind == kindTrue;
  if (type == typeTimestamp) return kind == kindTime;
  if (type == typeDate) return kind == kindDate;
  if (type == typeInteger) return kind == kindInteger;
  if (type == typeFraction) return kind == kindNumber;
  return type == typeDouble && (kind == kindNumber || kind == kindInteger);
}

/** Tells whether a field of that type takes some such values, though not this one here. */
export function takesSome(type: i32, kind: i32): bool {
  if (type == typeString) return kind == kindString || kind == kindTime || kind == kindDate;
  // some of more digits are not told
  if (type == typeDecimal) return kind == kindNumber || kind == kindInteger;
  // some integers that no double holds fit 64 bits
  return type == typeInteger && kind == kindDigits;
}
