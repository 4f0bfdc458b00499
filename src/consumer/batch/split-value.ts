/** Takes the place of an element, a half-open range of bytes; answers with whether it wants more. */
export type AddRange = (start: number, end: number) => boolean;

const [newline, quote, backslash, comma] = [0x0a, 0x22, 0x5c, 0x2c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Adds the lines of the value `[start, end)` that are not blank. Whether they are JSON is not looked at. */
export function splitLines(bytes: Buffer, start: number, end: number, add: AddRange): void {
  const upToEnd = bytes.subarray(0, end);
  for (let from = afterByteOrderMark(bytes, start, end); from < end;) {
    const found = upToEnd.indexOf(newline, from);
    const to = found < 0 ? end : found;
    if (afterBlanks(bytes, from, to) < to && !add(from, to)) return;
    from = to + 1;
  }
}

/** Adds the elements of the array `[start, end)`; false for a value that is none. Whether its elements are JSON is not looked at. */
export function splitArray(bytes: Buffer, start: number, end: number, add: AddRange): boolean {
  const first = afterBlanks(bytes, afterByteOrderMark(bytes, start, end), end);
  let last = end - 1;
  while (last > first && isBlank(bytes[last])) last--;
  if (last <= first || bytes[first] !== openBracket || bytes[last] !== closeBracket) return false;
  if (afterBlanks(bytes, first + 1, last) === last) return true;
  splitElements(bytes, first + 1, last, add);
  return true;
}

/** Adds what commas outside of strings and brackets separate. */
function splitElements(bytes: Buffer, start: number, end: number, add: AddRange): void {
  let from = start;
  let depth = 0;
  let inString = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === backslash) at++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === openBrace || byte === openBracket) depth++;
    else if (byte === closeBrace || byte === closeBracket) depth--;
    else if (byte === comma && depth === 0) {
      if (!add(from, at)) return;
      from = at + 1;
    }
  }
  add(from, end);
}

function afterByteOrderMark(bytes: Buffer, start: number, end: number): number {
  const { length } = byteOrderMark;
  const isMarked = end - start >= length && byteOrderMark.every((byte, at) => bytes[start + at] === byte);
  return isMarked ? start + length : start;
}

function afterBlanks(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(bytes[at])) at++;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === newline || byte === 0x0d;
}
