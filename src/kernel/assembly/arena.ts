/** Memory that is handed out piece by piece and taken back all at once. */

const alignment: usize = 16;
const pageBytes: usize = 65536;

let used: usize = __heap_base;

/** `bytes`, with anything in them. */
export function take(bytes: usize): usize {
  const start = used;
  used = (start + bytes + alignment - 1) & ~(alignment - 1);
  const missing = <isize>used - <isize>(<usize>memory.size() * pageBytes);
  if (missing > 0 && memory.grow(<i32>((missing + pageBytes - 1) / pageBytes)) < 0) unreachable();
  return start;
}

/** `take`, all of it 0. */
export function takeZeros(bytes: usize): usize {
  const start = take(bytes);
  memory.fill(start, 0, bytes);
  return start;
}

/** A larger place for what is at `start`. */
export function grow(start: usize, bytes: usize, toBytes: usize): usize {
  // the piece that was handed out last grows where it is
  const end = (start + bytes + alignment - 1) & ~(alignment - 1);
  if (end == used) used = start;
  const larger = take(toBytes);
  if (larger != start) memory.copy(larger, start, bytes);
  return larger;
}

/** What has been handed out so far. */
export function mark(): usize {
  return used;
}

/** Takes back what was handed out since `mark` answered `to`. */
export function release(to: usize): void {
  used = to;
}
