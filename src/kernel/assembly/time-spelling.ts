/**
 * Tells how a time that `timeOf` reads is written, as `src/schema/values/time-spelling.ts` does: 0 for `2026-11-23T09:15:02.120Z`. Milliseconds and this
 * number together give the string again.
 */
export function spellingOf(start: usize, end: usize): i32 {
  if (end - start == usualLength && load<u8>(start, 10) == 0x54 && load<u8>(start, 23) == 0x5a) return 0;
  const zone = (load<u8>(end - 1) | 0x20) == 0x7a ? end - 1 : end - offsetLength;
  const beyondSeconds = <i32>(zone - start - secondsLength);
  const fractionDigits = beyondSeconds == 0 ? 0 : beyondSeconds - 1;
  const isLowerCase = load<u8>(start, 10) == 0x74;
  return (usualDigits - fractionDigits) | (isLowerCase ? lowerCase : 0) | (zoneNumber(zone, end) << zoneShift);
}

const usualLength: usize = 24; // 2026-11-23T09:15:02.120Z
const secondsLength: usize = 19; // 2026-11-23T09:15:02
const offsetLength: usize = 6; // +01:00
const usualDigits: i32 = 3;
const lowerCase: i32 = 4;
const zoneShift: i32 = 3;

/** Numbers the zones: `Z`, `z`, then `+00:00`, `-00:00`, `+00:01` and so on. */
function zoneNumber(zone: usize, end: usize): i32 {
  const sign = load<u8>(zone);
  if (end == zone + 1) return sign == 0x5a ? 0 : 1;
  const minutes = twoDigits(zone + 1) * 60 + twoDigits(zone + 4);
  return 2 + minutes * 2 + (sign == 0x2d ? 1 : 0);
}

function twoDigits(at: usize): i32 {
  return (<i32>load<u8>(at) - 0x30) * 10 + <i32>load<u8>(at, 1) - 0x30;
}
