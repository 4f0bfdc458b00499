import { endOfJson } from './any-json';
import { closeBrace, closeBracket, colon, openBrace, openBracket, skipSpace } from './bytes';
import { startOfMember } from './empty-values';
import { addMapKey, beginMap, endMap } from './map-keys';
import { markStrings, releaseStrings, stringEnd, stringStart } from './strings';
import { firstOfNull } from './words';

/**
 * Tells whether the array or object may tell no type, though one of its values does: a key may be there twice, of which only the last one counts, and that
 * may be null or empty.
 */
export function mayBeEmptied(start: usize, end: usize): bool {
  return hasEmpties(start, end) && endOfOnce(start) == 0;
}

/** Looks for what may be a member that is null or empty. */
function hasEmpties(start: usize, end: usize): bool {
  for (let at = start; at < end; at++) {
    if (load<u8>(at) != colon) continue;
    const value = skipSpace(at + 1);
    const first = load<u8>(value);
    if (first == firstOfNull) return true;
    if (first != openBrace && first != openBracket) continue;
    const second = load<u8>(skipSpace(value + 1));
    if (second == closeBrace || second == closeBracket) return true;
  }
  return false;
}

/** Reads JSON that is known to be right, and the space behind it; answers with 0 when an object in it may have a key twice. */
function endOfOnce(start: usize): usize {
  const first = load<u8>(start);
  if (first != openBrace && first != openBracket) return endOfJson(start);
  const isObject = first == openBrace;
  const close = isObject ? closeBrace : closeBracket;
  let at = skipSpace(start + 1);
  if (load<u8>(at) == close) return at + 1;
  const map = beginMap();
  while (true) {
    if (isObject) at = startOfNewMember(map, at);
    if (at != 0) at = endOfOnce(at);
    if (at == 0) break;
    at = skipSpace(at);
    const byte = load<u8>(at);
    at = skipSpace(at + 1);
    if (byte == close) break;
  }
  endMap();
  return at;
}

/** Skips a key; answers with where its value begins, 0 when the object may have the key already. */
function startOfNewMember(map: i32, at: usize): usize {
  const strings = markStrings();
  const value = startOfMember(at);
  const isNew = value != 0 && addMapKey(map, stringStart, stringEnd);
  releaseStrings(strings);
  return isNew ? value : 0;
}
