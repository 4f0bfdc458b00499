import { quote } from './bytes';
import { hasOther, NestedType } from './nested-type';
import { Reading } from './reading';
import { endOfLong, endOfNumber, isExactInteger, numberValue } from './number';
import { endOfString, stringEnd, stringStart } from './strings';
import { dateOf, hasDateLength, timeOf, timeOrDateOf } from './time';
import { endOfBoolean } from './words';
import {
  kindDate,
  kindDigits,
  kindInteger,
  kindTime,
  typeBoolean,
  typeDecimal,
  typeDouble,
  typeFloat,
  typeFraction,
  typeInt,
  typeInteger,
  typeSmallint,
  typeString,
  typeTimestamp,
} from '../kinds';

/** The value that `endOfScalar` read, unless it is a string, or an integer that no double holds; 1 and 0 for booleans. */
export let scalarValue: f64 = 0;
/** It is an integer that no double holds: `longValue`. */
export let isLong: bool = false;

/** Reads a scalar of the type; answers with the address one past it, 0 when the value is another. */
export function endOfScalar(type: NestedType, at: usize): usize {
  Reading.isOther = false;
  if (type.kind >= typeInt) return endOfNarrowNumber(type, at);
  if (type.kind == typeDouble || type.kind == typeInteger || type.kind == typeFraction) {
    const end = endOfNumber(at);
    isLong = end == 0;
    if (isLong) return takesLongs(type) ? endOfLong(at) : 0;
    scalarValue = numberValue;
    if (type.kind == typeDouble || isExactInteger(numberValue) == (type.kind == typeInteger)) return end;
    Reading.isOther = true;
    return type.kind == typeFraction && takesOther(type, kindInteger) ? end : 0;
  }
  if (type.kind == typeBoolean) {
    const end = endOfBoolean(at);
    scalarValue = end == at + 4 ? 1 : 0;
    return end;
  }
  if (load<u8>(at) != quote) return 0;
  const end = endOfString(at);
  if (end == 0) return 0;
  if (type.kind == typeString) return type.isStrict && !takesText(type) ? 0 : end;
  scalarValue = type.kind == typeTimestamp ? timeOf(stringStart, stringEnd) : dateOf(stringStart, stringEnd);
  return isNaN(scalarValue) ? 0 : end;
}

/** Reads a number of a type that holds few of them. */
function endOfNarrowNumber(type: NestedType, at: usize): usize {
  const end = endOfNumber(at);
  isLong = false;
  scalarValue = type.kind == typeDecimal ? unscaledOf(type, numberValue) : numberValue;
  if (end == 0 || isNaN(scalarValue)) return 0;
  return type.kind == typeDecimal || isHeldBy(type.kind, numberValue) ? end : 0;
}

/** Bits of -0, which no decimal is. */
const minusZero: i64 = i64.MIN_VALUE;

/** No two fractions of so many digits are the same double. */
const unscaledEnd: f64 = 1e15;

/** Gives the integer of a decimal whose shortest digits are those of the double; NaN where the type does not hold it, or it has more digits than can be told here. */
function unscaledOf(type: NestedType, value: f64): f64 {
  const unscaled = nearest(value * type.scalePower);
  const isTold = abs(unscaled) < min(type.precisionPower, unscaledEnd) && unscaled / type.scalePower == value;
  return isTold && reinterpret<i64>(value) != minusZero ? unscaled : NaN;
}

function isHeldBy(type: i32, value: f64): bool {
  if (type == typeFloat) return <f64>(<f32>value) == value;
  const limit: f64 = type == typeInt ? 2_147_483_648 : type == typeSmallint ? 32_768 : 128;
  return isExactInteger(value) && value >= -limit && value < limit;
}

/** Tells whether the type takes integers that no double holds: by themselves they are no numbers, so that a strict one does only beside a field for their digits. */
function takesLongs(type: NestedType): bool {
  return type.kind == typeInteger && (!type.isStrict || hasOther(type, kindDigits));
}

/** Tells whether a strict type takes the string that was read. */
function takesText(type: NestedType): bool {
  if (isNaN(timeOrDateOf(stringStart, stringEnd))) return true;
  Reading.isOther = true;
  return takesOther(type, hasDateLength(stringStart, stringEnd) ? kindDate : kindTime);
}

/** Tells whether a strict type takes a value that by itself is of the kind: where there is a field for such, too, or among an array's elements. */
function takesOther(type: NestedType, kind: i32): bool {
  return type.isElement || Reading.isLenient || hasOther(type, kind);
}

/**
 * Tells whether the field may hold a value that has another type by itself: a time among strings, an integer among fractions. Beside such a one,
 * the struct by itself has a field for those that are of the field's type.
 */
export function mayHoldOther(field: NestedType): bool {
  if (field.kind == typeFraction) return hasOther(field, kindInteger);
  return field.kind == typeString && field.isStrict && (hasOther(field, kindTime) || hasOther(field, kindDate));
}
