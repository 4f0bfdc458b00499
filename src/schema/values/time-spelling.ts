import { msPerMinute } from '../../runtime/duration.ts';

const secondsLength = '2026-11-23T09:15:02'.length;
const offsetLength = '+01:00'.length;
const usualDigits = 3;
const lowerCase = 4;
const zoneShift = 3;
const zulu = ['Z', 'z'];

/**
 * Tells how a time that `parseTimestamp` reads is written, as a number: digits of the second that it has less than three, whether its `t` is lower
 * case, and its zone. 0 for `2026-11-23T09:15:02.120Z`. Milliseconds and this number together give the text again.
 */
export function spellingOf(text: string): number {
  const zone = text.length - (zulu.includes(text.at(-1) ?? '') ? 1 : offsetLength);
  const fractionDigits = Math.max(0, zone - secondsLength - 1);
  return (
    (usualDigits - fractionDigits) | (text[10] === 't' ? lowerCase : 0) | (zoneNumber(text.slice(zone)) << zoneShift)
  );
}

/** Numbers the zones: `Z`, `z`, then `+00:00`, `-00:00`, `+00:01` and so on. */
function zoneNumber(zone: string): number {
  if (zone.length === 1) return zulu.indexOf(zone);
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  return zulu.length + minutes * 2 + (zone.startsWith('-') ? 1 : 0);
}

/** Writes a time with milliseconds as `spellingOf` says that it was written. */
export function writeTime(timeMs: number, spelling: number): string {
  const offset = (spelling >> zoneShift) - zulu.length;
  const minutes = offset >> 1;
  const isBehind = (offset & 1) === 1;
  const aheadMs = offset < 0 ? 0 : minutes * msPerMinute * (isBehind ? -1 : 1);
  const local = new Date(timeMs + aheadMs).toISOString();
  const digits = usualDigits - (spelling & usualDigits);
  const text = local.slice(0, secondsLength + (digits === 0 ? 0 : digits + 1));
  const zone =
    zulu[spelling >> zoneShift] ?? `${isBehind ? '-' : '+'}${twoDigits(minutes / 60)}:${twoDigits(minutes % 60)}`;
  return ((spelling & lowerCase) === 0 ? text : text.replace('T', 't')) + zone;
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
