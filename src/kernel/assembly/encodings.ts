/**
 * Parquet's encodings of integers. Each function writes from `to` on and answers with the address one past its last byte.
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md
 */

/** A run of so many values is worth a header of its own; a packed group has as many. */
const groupValues: i32 = 8;

/** Writes the RLE / bit-packing hybrid of 32-bit integers, each below `2^width`. */
export function writeIds(values: usize, count: i32, width: i32, to: usize): usize {
  return writeHybrid<u32>(values, count, width, to);
}

/** Writes the same hybrid of 8-bit integers. */
export function writeLevels(values: usize, count: i32, width: i32, to: usize): usize {
  return writeHybrid<u8>(values, count, width, to);
}

/** Writes the first bytes of all `count` values of `width` bytes, then the second ones, up to the last ones. */
export function splitBytes(values: usize, count: i32, width: i32, to: usize): usize {
  let end = to;
  for (let byte = values; byte < values + <usize>width; byte++)
    for (let value: usize = 0; value < <usize>count; value++) store<u8>(end++, load<u8>(byte + value * <usize>width));
  return end;
}

/** Counts the 8-bit integers that are `level`. */
export function countLevel(levels: usize, count: i32, level: u8): i32 {
  const wanted = i8x16.splat(level);
  const end = levels + <usize>count;
  let at = levels;
  let found = 0;
  for (; at + 16 <= end; at += 16) found += <i32>popcnt(i8x16.bitmask(i8x16.eq(v128.load(at), wanted)));
  for (; at < end; at++) if (load<u8>(at) == level) found++;
  return found;
}

/** Writes a bit for each 8-bit integer, all of them 0 or 1. */
export function writeBits(values: usize, count: i32, to: usize): usize {
  pack<u8>(values, count, 1, to);
  return to + ((<usize>count + 7) >> 3);
}

function writeHybrid<T>(values: usize, count: i32, width: i32, to: usize): usize {
  let end = to;
  let packFrom = 0;
  let at = 0;
  while (at < count) {
    const run = runLength<T>(values, at, count);
    if (run < groupValues) {
      at += groupValues;
      continue;
    }
    end = writeGroups<T>(values, packFrom, at, width, end);
    end = writeRun(<u32>load<T>(values + <usize>at * sizeof<T>()), run, width, end);
    at += run;
    packFrom = at;
  }
  return writeGroups<T>(values, packFrom, count, width, end);
}

function runLength<T>(values: usize, first: i32, count: i32): i32 {
  const value = load<T>(values + <usize>first * sizeof<T>());
  let at = first + 1;
  if (sizeof<T>() == 1) at = endOfVectors(values, at, count, <u8>value);
  while (at < count && load<T>(values + <usize>at * sizeof<T>()) == value) at++;
  return at - first;
}

/** Skips whole vectors of the value: levels of a column that few rows have are one long run after the other. */
function endOfVectors(values: usize, first: i32, count: i32, value: u8): i32 {
  const wanted = i8x16.splat(value);
  let at = first;
  while (at + 16 <= count && i8x16.all_true(i8x16.eq(v128.load(values + <usize>at), wanted))) at += 16;
  return at;
}

function writeRun(value: u32, count: i32, width: i32, to: usize): usize {
  let end = writeVarint((<u64>count) << 1, to);
  for (let shift = 0; shift < width; shift += 8) store<u8>(end++, <u8>(value >>> shift));
  return end;
}

/** Writes packed groups of 8 values; the last one is filled up with zeros. */
function writeGroups<T>(values: usize, first: i32, end: i32, width: i32, to: usize): usize {
  if (end <= first) return to;
  const groups = (end - first + groupValues - 1) / groupValues;
  const body = writeVarint(((<u64>groups) << 1) | 1, to);
  pack<T>(values + <usize>first * sizeof<T>(), end - first, width, body);
  const packedEnd = body + <usize>groups * <usize>width;
  const filled = body + ((<usize>(end - first) * <usize>width + 7) >> 3);
  memory.fill(filled, 0, packedEnd - filled);
  return packedEnd;
}

/** Packs integers below `2^width`, at most 64 bits, from the lowest bit on; the last byte is filled up with zeros. */
function pack<T>(values: usize, count: i32, width: i32, to: usize): void {
  const lowWidth = <u64>min(width, 32);
  const highWidth = <u64>width - lowWidth;
  let bits: u64 = 0;
  let used: u64 = 0;
  let end = to;
  for (let index = 0; index < count; index++) {
    const value = <u64>load<T>(values + <usize>index * sizeof<T>());
    bits |= (value & 0xffffffff) << used;
    used += lowWidth;
    if (used >= 32) {
      store<u32>(end, <u32>bits);
      end += 4;
      bits >>>= 32;
      used -= 32;
    }
    if (highWidth == 0) continue;
    bits |= (value >>> 32) << used;
    used += highWidth;
    if (used >= 32) {
      store<u32>(end, <u32>bits);
      end += 4;
      bits >>>= 32;
      used -= 32;
    }
  }
  for (; used > 0; used = used > 8 ? used - 8 : 0) {
    store<u8>(end++, <u8>bits);
    bits >>>= 8;
  }
}

/** Writes unsigned LEB128. */
function writeVarint(value: u64, to: usize): usize {
  let rest = value;
  let end = to;
  while (rest >= 0x80) {
    store<u8>(end++, <u8>(rest | 0x80));
    rest >>>= 7;
  }
  store<u8>(end++, <u8>rest);
  return end;
}

function writeZigzag(value: i64, to: usize): usize {
  return writeVarint(((<u64>value) << 1) ^ (<u64>(value >> 63)), to);
}

const blockValues: i32 = 128;
const miniblocks: i32 = 4;
const miniblockValues: i32 = blockValues / miniblocks;

/** Holds the differences of a block, less the smallest of them. */
const deltas = memory.data(blockValues * 8);
const widths = memory.data(miniblocks);

/** Writes DELTA_BINARY_PACKED of doubles that are integers below `2^53`, as are their differences. */
export function writeDeltas(values: usize, count: i32, to: usize): usize {
  return writeBlocks<f64>(values, count, to);
}

/** Writes DELTA_BINARY_PACKED of integers of 64 bits. */
export function writeLongDeltas(values: usize, count: i32, to: usize): usize {
  return writeBlocks<i64>(values, count, to);
}

function writeBlocks<T>(values: usize, count: i32, to: usize): usize {
  let end = writeVarint(blockValues, to);
  end = writeVarint(miniblocks, end);
  end = writeVarint(count, end);
  end = writeZigzag(count > 0 ? <i64>load<T>(values) : 0, end);
  for (let first = 1; first < count; first += blockValues)
    end = writeBlock<T>(values + ((<usize>first) << 3), min(count - first, blockValues), end);
  return end;
}

/** Writes a block: the difference of each of `count` values to the one before it, in 64 bits, whatever does not fit. */
function writeBlock<T>(values: usize, count: i32, to: usize): usize {
  let smallest = i64.MAX_VALUE;
  let before = <i64>load<T>(values - 8);
  for (let index = 0; index < count; index++) {
    const value = <i64>load<T>(values + ((<usize>index) << 3));
    const delta = value - before;
    store<i64>(deltas + ((<usize>index) << 3), delta);
    smallest = min(smallest, delta);
    before = value;
  }
  for (let index = count; index < blockValues; index++) store<i64>(deltas + ((<usize>index) << 3), smallest);
  let end = writeZigzag(smallest, to);
  for (let mini = 0; mini < miniblocks; mini++) {
    const width = <u8>subtract(smallest, deltas + ((<usize>mini * miniblockValues) << 3));
    store<u8>(widths + mini, width);
    store<u8>(end++, width);
  }
  for (let mini = 0; mini < miniblocks; mini++) {
    const width = <i32>load<u8>(widths + mini);
    if (width == 0) continue;
    pack<u64>(deltas + ((<usize>mini * miniblockValues) << 3), miniblockValues, width, end);
    end += <usize>width * (miniblockValues / 8);
  }
  return end;
}

/** Subtracts `smallest` from the values of a miniblock; answers with the bits that the largest of them needs then. */
function subtract(smallest: i64, values: usize): i32 {
  const both = i64x2.splat(smallest);
  let all = i64x2.splat(0);
  for (let at = values; at < values + (miniblockValues << 3); at += 16) {
    const differences = i64x2.sub(v128.load(at), both);
    v128.store(at, differences);
    all = v128.or(all, differences);
  }
  return 64 - <i32>clz((<u64>i64x2.extract_lane(all, 0)) | (<u64>i64x2.extract_lane(all, 1)));
}
