import { closeBrace, closeBracket, colon, comma, openBrace, openBracket, quote, skipSpace } from './bytes';
import { endOfString } from './strings';
import { endOfNull, firstOfNull } from './words';

/** Objects with more members are left to the host. */
const membersMax: i32 = 64;

/**
 * Answers with the address one past the array or object at `at` when it has nothing that tells a type: no element, and no members but nulls and
 * values of that sort, on at most so many levels. Else with 0.
 */
export function endOfEmptyValue(start: usize, levels: i32): usize {
  if (levels <= 0) return 0;
  const isObject = load<u8>(start) == openBrace;
  let at = skipSpace(start + 1);
  if (load<u8>(at) == (isObject ? closeBrace : closeBracket)) return at + 1;
  if (!isObject) return 0;
  for (let members = 0; members < membersMax; members++) {
    at = startOfMember(at);
    if (at == 0) return 0;
    const first = load<u8>(at);
    if (first == openBrace || first == openBracket) at = endOfEmptyValue(at, levels - 1);
    else at = first == firstOfNull ? endOfNull(at) : 0;
    if (at == 0) return 0;
    at = skipSpace(at);
    if (load<u8>(at) == closeBrace) return at + 1;
    if (load<u8>(at) != comma) return 0;
    at = skipSpace(at + 1);
  }
  return 0;
}

/** Tells whether the array at `start` has elements, but none that tells a type: only nulls, and what `endOfEmptyValue` reads. */
export function hasOnlyEmpties(start: usize, levels: i32): bool {
  if (levels <= 0) return false;
  let at = skipSpace(start + 1);
  if (load<u8>(start) != openBracket || load<u8>(at) == closeBracket) return false;
  while (true) {
    const first = load<u8>(at);
    if (first == openBrace || first == openBracket) at = endOfEmptyValue(at, levels - 1);
    else at = first == firstOfNull ? endOfNull(at) : 0;
    if (at == 0) return false;
    at = skipSpace(at);
    if (load<u8>(at) == closeBracket) return true;
    if (load<u8>(at) != comma) return false;
    at = skipSpace(at + 1);
  }
}

/**
 * Tells whether the array at `start` has elements, none of which tells a type: only nulls, arrays of such or of nothing, and objects that `endOfEmptyValue`
 * reads. Values may be in each other on so many levels, that of the array's elements the first.
 */
export function isUntypedArray(start: usize, levels: i32): bool {
  if (levels <= 0 || load<u8>(start) != openBracket || load<u8>(skipSpace(start + 1)) == closeBracket) return false;
  return endOfUntyped(start, levels) != 0;
}

function endOfUntyped(start: usize, levels: i32): usize {
  let at = skipSpace(start + 1);
  if (load<u8>(at) == closeBracket) return at + 1;
  while (true) {
    const first = load<u8>(at);
    if (first == openBracket) at = levels == 0 ? 0 : endOfUntyped(at, levels - 1);
    else if (first == openBrace) at = endOfEmptyValue(at, levels - 1);
    else at = first == firstOfNull ? endOfNull(at) : 0;
    if (at == 0) return 0;
    at = skipSpace(at);
    if (load<u8>(at) == closeBracket) return at + 1;
    if (load<u8>(at) != comma) return 0;
    at = skipSpace(at + 1);
  }
}

/** Skips the key at `at`, which `stringStart` and `stringEnd` tell; answers with where its value begins, 0 when there is none. */
export function startOfMember(at: usize): usize {
  if (load<u8>(at) != quote) return 0;
  const end = endOfString(at);
  if (end == 0) return 0;
  const behind = skipSpace(end);
  return load<u8>(behind) == colon ? skipSpace(behind + 1) : 0;
}
