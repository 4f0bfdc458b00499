/**
 * Rebases offsets in a chunk to addresses in the window, which holds the chunk from its byte `base` on. Answers with how many of the
 * `count` records can be read there: up to one that has no value (an offset below 0), is too large, or does not follow the one before it.
 */
export function rebase(
  starts: usize,
  ends: usize,
  count: i32,
  base: i32,
  window: usize,
  windowBytes: i32,
  recordBytesMax: i32,
): i32 {
  const shift = <i32>window - base;
  let filled = base;
  for (let index = 0; index < count; index++) {
    const record = (<usize>index) << 2;
    const start = load<i32>(starts + record);
    const end = load<i32>(ends + record);
    if (start < filled || end - start > recordBytesMax || end - base > windowBytes) return index;
    store<i32>(starts + record, start + shift);
    store<i32>(ends + record, end + shift);
    filled = end;
  }
  return count;
}
