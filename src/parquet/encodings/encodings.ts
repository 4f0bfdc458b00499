import type { Address } from '../../kernel/kernel-calls.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { ByteWriter } from '../byte-writer.ts';

/**
 * Parquet's encodings of integers; the kernel does the work.
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md
 */

/** Numbers in the kernel's memory. */
export interface KernelValues {
  readonly address: Address;
  readonly count: number;
}

/** Counts the bits that the number needs. */
export function bitWidth(max: number): number {
  return max < 2 ** 32 ? 32 - Math.clz32(max) : 32 + bitWidth(Math.floor(max / 2 ** 32));
}

/** Writes the RLE / bit-packing hybrid of 32-bit integers, each below `2^width`. */
export function writeIds(out: ByteWriter, kernel: Kernel, ids: KernelValues, width: number): void {
  const { address, count } = ids;
  write(out, kernel, hybridBytesMax(count, width), (to) => kernel.calls.writeIds(address, count, width, to));
}

/** Writes levels as the same hybrid. */
export function writeLevels(out: ByteWriter, kernel: Kernel, levels: Uint8Array, width: number): void {
  const { length } = levels;
  write(out, kernel, hybridBytesMax(length, width), (to) => {
    const address = kernel.copyIn(levels);
    return kernel.calls.writeLevels(address, length, width, to);
  });
}

/** Writes one run of the hybrid. */
export function writeRun(
  out: ByteWriter,
  { value, count, width }: { readonly value: number; readonly count: number; readonly width: number },
): void {
  out.varint(count * 2);
  for (let shift = 0; shift < width; shift += 8) out.byte((value >>> shift) & 0xff);
}

/** Writes a bit for each value, all of them 0 or 1. */
export function writeBits(out: ByteWriter, kernel: Kernel, bits: Uint8Array): void {
  const { length } = bits;
  write(out, kernel, length, (to) => kernel.calls.writeBits(kernel.copyIn(bits), length, to));
}

/** Writes DELTA_BINARY_PACKED of doubles that are integers, with differences that a double holds. */
export function writeDeltas(out: ByteWriter, kernel: Kernel, { address, count }: KernelValues): void {
  write(out, kernel, deltaBytesMax(count), (to) => kernel.calls.writeDeltas(address, count, to));
}

/** Writes DELTA_BINARY_PACKED of integers of 64 bits. */
export function writeLongDeltas(out: ByteWriter, kernel: Kernel, { address, count }: KernelValues): void {
  write(out, kernel, deltaBytesMax(count), (to) => kernel.calls.writeLongDeltas(address, count, to));
}

/** Writes BYTE_STREAM_SPLIT of values of `width` bytes. */
export function writeSplit(out: ByteWriter, kernel: Kernel, values: Uint8Array, width: number): void {
  const { length } = values;
  write(out, kernel, length, (to) => kernel.calls.splitBytes(kernel.copyIn(values), length / width, width, to));
}

/** Gives the most bytes of a hybrid: a run or a group has 8 values or more, and at most ten bytes before it. */
function hybridBytesMax(count: number, width: number): number {
  return (Math.floor(count / 8) + 1) * (width + 2 * 10);
}

/** Gives the most bytes of deltas: a block has 128 values of 8 bytes, and before them at most ten bytes and the widths. */
function deltaBytesMax(count: number): number {
  return 64 + (Math.floor(count / 128) + 1) * (128 * 8 + 16);
}

function write(out: ByteWriter, kernel: Kernel, bytesMax: number, work: (to: Address) => Address): void {
  kernel.withScratch(() => {
    const to = kernel.calls.allocate(bytesMax);
    const end = work(to);
    out.bytes(kernel.bytes.subarray(to, end));
  });
}
