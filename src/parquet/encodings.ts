import type { Address, Kernel } from '../kernel/kernel.ts';
import type { ByteWriter } from './byte-writer.ts';

/**
 * Parquet's encodings of whole numbers; the kernel does the work.
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md
 */

/** Numbers in the kernel's memory. */
export interface KernelValues {
  readonly address: Address;
  readonly count: number;
}

/** Bits that the number needs. */
export function bitWidth(max: number): number {
  return max < 2 ** 32 ? 32 - Math.clz32(max) : 32 + bitWidth(Math.floor(max / 2 ** 32));
}

/** RLE / bit-packing hybrid of numbers of 32 bits, each below `2^width`. */
export function writeCodes(out: ByteWriter, kernel: Kernel, codes: KernelValues, width: number): void {
  const { address, count } = codes;
  write(out, kernel, hybridBytesMax(count, width), (to) => kernel.calls.writeCodes(address, count, width, to));
}

/** `writeCodes` for levels. */
export function writeLevels(out: ByteWriter, kernel: Kernel, levels: Uint8Array, width: number): void {
  const { length } = levels;
  write(out, kernel, hybridBytesMax(length, width), (to) => {
    const address = kernel.keep(levels);
    return kernel.calls.writeLevels(address, length, width, to);
  });
}

/** One run of the hybrid. */
export function writeRun(
  out: ByteWriter,
  { value, count, width }: { readonly value: number; readonly count: number; readonly width: number },
): void {
  out.varint(count * 2);
  for (let shift = 0; shift < width; shift += 8) out.byte((value >>> shift) & 0xff);
}

/** A bit each. */
export function writeBits(out: ByteWriter, kernel: Kernel, bits: Uint8Array): void {
  const { length } = bits;
  write(out, kernel, length, (to) => kernel.calls.writeBits(kernel.keep(bits), length, to));
}

/** DELTA_BINARY_PACKED of doubles that are whole numbers, with differences that a double holds. */
export function writeDeltas(out: ByteWriter, kernel: Kernel, { address, count }: KernelValues): void {
  write(out, kernel, deltaBytesMax(count), (to) => kernel.calls.writeDeltas(address, count, to));
}

/** A run or a group has 8 values or more, and at most ten bytes before it. */
function hybridBytesMax(count: number, width: number): number {
  return (Math.floor(count / 8) + 1) * (width + 2 * 10);
}

/** A block has 128 values of 8 bytes, and before them at most ten bytes and the widths; as has the first value of all. */
function deltaBytesMax(count: number): number {
  return 64 + (Math.floor(count / 128) + 1) * (128 * 8 + 16);
}

function write(out: ByteWriter, kernel: Kernel, bytesMax: number, work: (to: Address) => Address): void {
  kernel.borrow(() => {
    const to = kernel.calls.take(bytesMax);
    const end = work(to);
    out.bytes(kernel.bytes.subarray(to, end));
  });
}
