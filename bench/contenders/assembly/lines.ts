const newline: u8 = 0x0a;
const vectorBytes: usize = 16;

/**
 * Where the lines of `[start, end)` begin and where their newlines are, counted from `start`, 32 bits each; how many there are, `most` at
 * most. What is behind the last newline is left out. Sixteen bytes behind `end` can be read.
 */
export function splitLines(start: usize, end: usize, starts: usize, ends: usize, most: i32): i32 {
  let count = 0;
  let lineStart = start;
  for (let at = start; at < end; at += vectorBytes) {
    let found = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(newline)));
    while (found != 0) {
      const lineEnd = at + <usize>ctz(found);
      if (lineEnd >= end || count == most) return count;
      const line = (<usize>count) << 2;
      store<i32>(starts + line, <i32>(lineStart - start));
      store<i32>(ends + line, <i32>(lineEnd - start));
      lineStart = lineEnd + 1;
      count++;
      found &= found - 1;
    }
  }
  return count;
}
