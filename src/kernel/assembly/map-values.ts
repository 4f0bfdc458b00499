import { closeBrace, colon, comma, openBrace, quote, skipSpace } from './bytes';
import { addLeafEntry, addNull } from './collected';
import { addString } from './leaf';
import { addMapKey, beginMap, endMap, keyOrder } from './map-keys';
import { NestedType } from './nested-type';
import { endOfMember } from './nested-values';
import { Reading } from './reading';
import { endOfString, stringEnd, stringStart } from './strings';

/** Reads a map; `definition` is the level of an empty one. */
export function endOfMap(type: NestedType, start: usize, definition: i32, repetition: i32, depth: i32): usize {
  if (load<u8>(start) != openBrace) return 0;
  const at = skipSpace(start + 1);
  if (load<u8>(at) == closeBrace) {
    if (Reading.isCollecting) addNull(type, definition, repetition);
    Reading.isKnown = true;
    Reading.hasType = true;
    return at + 1;
  }
  const end = endOfEntries(type, at, beginMap(), definition, repetition, depth);
  endMap();
  // whatever its values are, it is one
  Reading.hasType = true;
  return end;
}

/** Reads the entries of a map; those whose order or number JSON does not tell are left to the host. */
function endOfEntries(type: NestedType, start: usize, map: i32, definition: i32, repetition: i32, depth: i32): usize {
  let at = start;
  let areKnown = true;
  let order: i64 = -1;
  let repeated = repetition;
  while (true) {
    if (load<u8>(at) != quote) return 0;
    const end = endOfString(at);
    if (end == 0) return 0;
    order = keyOrder(order, stringStart, stringEnd);
    if (order < -1 || !addMapKey(map, stringStart, stringEnd)) return 0;
    if (Reading.isCollecting) {
      addLeafEntry(type.key, definition + 1, repeated);
      addString(type.key.leaf, stringStart, stringEnd);
    }
    at = skipSpace(end);
    if (load<u8>(at) != colon) return 0;
    at = endOfMember(type.element, skipSpace(at + 1), definition + 1, repeated, depth + 1);
    if (at == 0) return 0;
    areKnown = areKnown && Reading.isKnown;
    const byte = load<u8>(at);
    if (byte == closeBrace) break;
    if (byte != comma) return 0;
    at = skipSpace(at + 1);
    repeated = depth + 1;
  }
  Reading.isKnown = areKnown;
  return at + 1;
}
