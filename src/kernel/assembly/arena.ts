/** Memory that is handed out piece by piece and taken back all at once. */

const alignment: usize = 16;
const pageBytes: usize = 65536;

let used: usize = __heap_base;

/** Allocates `bytes`, contents undefined. */
export function allocate(bytes: usize): usize {
  const start = used;
  used = (start + bytes + alignment - 1) & ~(alignment - 1);
  const missing = <isize>used - <isize>(<usize>memory.size() * pageBytes);
  if (missing > 0 && memory.grow(<i32>((missing + pageBytes - 1) / pageBytes)) < 0) unreachable();
  return start;
}

/** Allocates `bytes`, all of them 0. */
export function allocateZeros(bytes: usize): usize {
  const start = allocate(bytes);
  memory.fill(start, 0, bytes);
  return start;
}

/** Moves what is at `start` to a larger piece; answers with its address. */
export function grow(start: usize, bytes: usize, toBytes: usize): usize {
  // the piece that was handed out last grows where it is
  const end = (start + bytes + alignment - 1) & ~(alignment - 1);
  if (end == used) used = start;
  const larger = allocate(toBytes);
  if (larger != start) memory.copy(larger, start, bytes);
  return larger;
}

/** Marks the end of what has been allocated so far, for `release`. */
export function mark(): usize {
  return used;
}

/** Frees what was allocated since `mark` answered `to`. */
export function release(to: usize): void {
  used = to;
}
