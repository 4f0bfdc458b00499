import { allocate, allocateZeros, grow } from './arena';
import { leftOutMax, leftOutShare } from '../kinds';

/** Members that were left out of the arrays or structs of a field: where each begins and ends in the window. */
@unmanaged
export class LeftOut {
  members: usize;
  count: i32;
  max: i32;
}

const startMembers: i32 = 64;
const memberBytes: usize = 8;

/** The members that were left out of the value that is being read, as far as there is room, and their number. */
const noted = memory.data(leftOutMax * <i32>memberBytes);
let notedCount: i32 = 0;

/** Notes a member that is left out of the value that is being read. */
export function noteLeftOut(start: usize, end: usize): void {
  if (notedCount < leftOutMax) {
    const member = noted + <usize>notedCount * memberBytes;
    store<u32>(member, <u32>start);
    store<u32>(member, <u32>end, 4);
  }
  notedCount++;
}

/** Notes that the host must find out which members are left out. */
export function noteUnknownLeftOut(): void {
  notedCount = leftOutMax + 1;
}

/** The number of members that are noted so far. */
export function leftOutNoted(): i32 {
  return notedCount;
}

/** Drops what was noted since there were `count`. */
export function forgetLeftOut(count: i32): void {
  notedCount = count;
}

/** Copies what was noted, unless that was more than there is room for; answers with the address one past it. */
export function copyLeftOut(to: usize): usize {
  if (notedCount > leftOutMax) return to;
  const bytes = <usize>notedCount * memberBytes;
  memory.copy(to, noted, bytes);
  return to + bytes;
}

export function createLeftOut(): LeftOut {
  return changetype<LeftOut>(allocateZeros(offsetof<LeftOut>()));
}

/**
 * Keeps for the host which members were left out of a value that has been read. Answers with what tells them: the index of the first one times
 * `leftOutShare`, and their number; as large as can be when they were too many.
 */
export function keepNoted(kept: LeftOut): f64 {
  const first = kept.count;
  const count = min(notedCount, leftOutMax);
  while (kept.max < first + count) growMembers(kept);
  memory.copy(kept.members + <usize>first * memberBytes, noted, <usize>count * memberBytes);
  kept.count = first + count;
  return <f64>first * leftOutShare + <f64>(notedCount > leftOutMax ? leftOutShare - 1 : count);
}

function growMembers(kept: LeftOut): void {
  const before = <usize>kept.max * memberBytes;
  kept.members = kept.max == 0 ? allocate(<usize>startMembers * memberBytes) : grow(kept.members, before, before * 2);
  kept.max = kept.max == 0 ? startMembers : kept.max * 2;
}
