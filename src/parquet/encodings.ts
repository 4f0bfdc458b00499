import type { ByteWriter } from './byte-writer.ts';

/**
 * Parquet's encodings of whole numbers.
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md
 */

/** Values of a run that is worth a header of its own. */
const groupValues = 8;

/** Bits that the number needs. */
export function bitWidth(max: number): number {
  return max < 2 ** 32 ? 32 - Math.clz32(max) : 32 + bitWidth(Math.floor(max / 2 ** 32));
}

/** RLE / bit-packing hybrid of `values[first, end)`, each below `2^width`, at most 32 bits. */
export function writeHybrid(
  out: ByteWriter,
  values: Int32Array | Uint8Array,
  { first, end, width }: { readonly first: number; readonly end: number; readonly width: number },
): void {
  let packFrom = first;
  let at = first;
  while (at < end) {
    const run = runLength(values, at, end);
    if (run < groupValues) {
      at += groupValues;
      continue;
    }
    packGroups(out, values, { first: packFrom, end: at, width });
    writeRun(out, { value: values[at] ?? 0, count: run, width });
    at += run;
    packFrom = at;
  }
  packGroups(out, values, { first: packFrom, end, width });
}

/** One run of the hybrid. */
export function writeRun(
  out: ByteWriter,
  { value, count, width }: { readonly value: number; readonly count: number; readonly width: number },
): void {
  out.varint(count * 2);
  for (let shift = 0; shift < width; shift += 8) out.byte((value >>> shift) & 0xff);
}

function runLength(values: Int32Array | Uint8Array, at: number, end: number): number {
  const value = values[at];
  let stop = at + 1;
  while (stop < end && values[stop] === value) stop++;
  return stop - at;
}

/** Groups of 8; the last one is filled up with zeros. */
function packGroups(
  out: ByteWriter,
  values: Int32Array | Uint8Array,
  { first, end, width }: { readonly first: number; readonly end: number; readonly width: number },
): void {
  if (end <= first) return;
  const groups = Math.ceil((end - first) / groupValues);
  out.varint(groups * 2 + 1);
  const packer = new BitPacker(out);
  for (let at = first; at < end; at++) packer.put(values[at] ?? 0, width);
  for (let fill = groups * groupValues - (end - first); fill > 0; fill--) packer.put(0, width);
  packer.flush();
}

/** Packs numbers from the lowest bit on. */
class BitPacker {
  readonly #out: ByteWriter;
  #bits = 0;
  #count = 0;

  constructor(out: ByteWriter) {
    this.#out = out;
  }

  /** A whole number below `2^width`, at most 53 bits. */
  put(value: number, width: number): void {
    if (width > 16) {
      this.put(value % 0x10000, 16);
      this.put(Math.floor(value / 0x10000), width - 16);
      return;
    }
    this.#bits |= value << this.#count;
    this.#count += width;
    while (this.#count >= 8) {
      this.#out.byte(this.#bits & 0xff);
      this.#bits >>>= 8;
      this.#count -= 8;
    }
  }

  flush(): void {
    if (this.#count > 0) this.#out.byte(this.#bits & 0xff);
    this.#bits = 0;
    this.#count = 0;
  }
}

const blockValues = 128;
const miniblocks = 4;
const miniblockValues = blockValues / miniblocks;
const deltas = new Float64Array(blockValues);

/** DELTA_BINARY_PACKED of `values[first, end)`, whose differences must be whole numbers that a double holds. */
export function writeDelta(out: ByteWriter, values: Float64Array | Int32Array, first: number, end: number): void {
  out.varint(blockValues);
  out.varint(miniblocks);
  out.varint(end - first);
  out.zigzag(end > first ? (values[first] ?? 0) : 0);
  for (let start = first + 1; start < end; start += blockValues) {
    writeDeltaBlock(out, values, start, Math.min(end, start + blockValues));
  }
}

function writeDeltaBlock(out: ByteWriter, values: Float64Array | Int32Array, start: number, end: number): void {
  const count = end - start;
  let least = Infinity;
  let before = values[start - 1] ?? 0;
  for (let index = 0; index < count; index++) {
    const value = values[start + index] ?? 0;
    const delta = value - before;
    deltas[index] = delta;
    if (delta < least) least = delta;
    before = value;
  }
  out.zigzag(least);
  const widths: number[] = [];
  for (let mini = 0; mini < blockValues; mini += miniblockValues) {
    let most = least;
    for (let index = mini; index < Math.min(count, mini + miniblockValues); index++)
      if ((deltas[index] ?? 0) > most) most = deltas[index] ?? 0;
    widths.push(mini < count ? bitWidth(most - least) : 0);
  }
  for (const width of widths) out.byte(width);
  const packer = new BitPacker(out);
  for (const [mini, width] of widths.entries()) {
    const from = mini * miniblockValues;
    // a miniblock that was begun is filled up
    if (from < count && width > 0)
      for (let index = from; index < from + miniblockValues; index++)
        packer.put(index < count ? (deltas[index] ?? 0) - least : 0, width);
    packer.flush();
  }
}
