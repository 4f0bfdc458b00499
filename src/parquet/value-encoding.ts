import type { StringDictionary } from '../consumer/ports/columnar-table.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { unreachable } from '../runtime/errors.ts';
import { ByteWriter } from './byte-writer.ts';
import { bitWidth, writeBits, writeIds, writeDeltas, type KernelValues } from './encodings.ts';
import type { LeafValues } from './leaf-values.ts';

/** The format's numbers of its encodings. */
export const encodings = { plain: 0, rle: 3, deltaBinaryPacked: 5, rleDictionary: 8 } as const;

/** An encoding chosen for the values of one column chunk; valid while the kernel holds them. */
export interface ValueEncoding {
  readonly encoding: number;
  readonly dictionary?: { readonly bytes: Uint8Array; readonly count: number };
  /** An estimate, to size pages. */
  readonly bytesPerValue: number;
  /** Minimum and maximum as the format has them; left out where they are too long. */
  readonly bounds?: { readonly min: Uint8Array; readonly max: Uint8Array };
  write(out: ByteWriter, first: number, end: number): void;
}

/** Most distinct numbers in a dictionary: 16 bits per id. */
const dictionaryNumbersMax = 65_536;
const sampleValues = 4096;
const boundBytesMax = 64;
/** Differences of numbers below this, and differences of those, are exact. */
const exactRange = 2 ** 51;

/** Chooses an encoding. Allocates in the kernel for the time of the chunk. */
export function encodingOf(flat: LeafValues, kernel: Kernel): ValueEncoding {
  switch (flat.kind) {
    case 'strings':
      return stringEncoding(flat.ids, flat.dictionary, kernel);
    case 'doubles':
      return doubleEncoding(flat.values, flat.isFloat, kernel);
    case 'integers':
      return integerEncoding(flat.values, flat.bytes, kernel);
    case 'bigints':
      return bigintEncoding(flat.values);
    case 'booleans':
      return booleanEncoding(flat.values, kernel);
    default:
      return unreachable(flat);
  }
}

function stringEncoding(strings: Int32Array, all: StringDictionary, kernel: Kernel): ValueEncoding {
  const ids: KernelValues = { address: kernel.copyInInt32(strings), count: strings.length };
  const { used, uses } = usedIds(ids, all.count, kernel);
  const { bytes, starts, ends } = all;
  const lengthOf = (id: number): number => (ends[id] ?? 0) - (starts[id] ?? 0) + 4;
  const writeString = (out: ByteWriter, id: number): void => {
    out.int32(lengthOf(id) - 4);
    out.range(bytes, starts[id] ?? 0, ends[id] ?? 0);
  };
  const bounds = stringBounds(all, used);
  let dictionaryBytes = (ids.count * bitWidth(used.length)) / 8;
  let plainBytes = 0;
  for (const [index, id] of used.entries()) {
    dictionaryBytes += lengthOf(id);
    plainBytes += lengthOf(id) * (uses[index] ?? 0);
  }
  if (dictionaryBytes < plainBytes) {
    const out = new ByteWriter();
    for (const id of used) writeString(out, id);
    return { ...idsEncoding(ids, { bytes: out.finish(), count: used.length }, kernel), ...bounds };
  }
  return {
    encoding: encodings.plain,
    bytesPerValue: plainBytes / Math.max(1, ids.count),
    ...bounds,
    write: (out, first, end) => {
      for (let index = first; index < end; index++) writeString(out, strings[index] ?? 0);
    },
  };
}

interface UsedIds {
  readonly used: Int32Array;
  /** Number of occurrences of each. */
  readonly uses: Int32Array;
}

/** Finds the ids that occur, in the order in which they do; in the kernel's memory each id is replaced by its index among them. */
function usedIds({ address, count }: KernelValues, idCount: number, kernel: Kernel): UsedIds {
  const { calls } = kernel;
  return kernel.withScratch(() => {
    const used = calls.allocate(idCount * Int32Array.BYTES_PER_ELEMENT);
    const uses = calls.allocate(idCount * Int32Array.BYTES_PER_ELEMENT);
    const usedCount = calls.renumberIds(address, count, idCount, used, uses);
    return { used: kernel.copyOutInt32(used, usedCount), uses: kernel.copyOutInt32(uses, usedCount) };
  });
}

/** Finds minimum and maximum by unsigned bytes, which is the order of code points. */
function stringBounds({ bytes, starts, ends }: StringDictionary, used: Int32Array): Pick<ValueEncoding, 'bounds'> {
  const [first] = used;
  if (first === undefined) return {};
  const stringAt = (id: number): Uint8Array => bytes.subarray(starts[id], ends[id]);
  let min = stringAt(first);
  let max = min;
  for (const id of used) {
    const string = stringAt(id);
    if (Buffer.compare(string, min) < 0) min = string;
    else if (Buffer.compare(string, max) > 0) max = string;
  }
  return min.length > boundBytesMax || max.length > boundBytesMax ? {} : { bounds: { min, max } };
}

function idsEncoding(
  { address }: KernelValues,
  dictionary: { readonly bytes: Uint8Array; readonly count: number },
  kernel: Kernel,
): ValueEncoding {
  const width = bitWidth(Math.max(0, dictionary.count - 1));
  return {
    encoding: encodings.rleDictionary,
    dictionary,
    bytesPerValue: width / 8,
    write: (out, first, end) => {
      out.byte(width);
      const from = address + first * Int32Array.BYTES_PER_ELEMENT;
      writeIds(out, kernel, { address: from, count: end - first }, width);
    },
  };
}

function doubleEncoding(values: Float64Array, isFloat: boolean, kernel: Kernel): ValueEncoding {
  const writeNumber = (out: ByteWriter, value: number): void => (isFloat ? out.float(value) : out.double(value));
  const numbers: KernelValues = { address: kernel.copyInDoubles(values), count: values.length };
  const { min, max } = kernel.rangeOf(numbers.address, numbers.count);
  // a zero of either sign lies within
  const bounds =
    values.length === 0
      ? {}
      : {
          bounds: {
            min: bytesOf((out) => writeNumber(out, min === 0 ? -0 : min)),
            max: bytesOf((out) => writeNumber(out, max === 0 ? 0 : max)),
          },
        };
  const found = numberDictionary(numbers, values.length / 2, kernel);
  if (found !== undefined) return { ...dictionaryEncoding(found, writeNumber, kernel), ...bounds };
  return { ...plainNumbers(values, isFloat ? 4 : 8, writeNumber), ...bounds };
}

function integerEncoding(values: Float64Array | Int32Array, bytes: 4 | 8, kernel: Kernel): ValueEncoding {
  const writeNumber = (out: ByteWriter, value: number): void =>
    bytes === 4 ? out.int32(value) : out.int64(BigInt(value));
  const numbers: KernelValues = { address: kernel.copyInDoubles(values), count: values.length };
  const { min, max } = kernel.rangeOf(numbers.address, numbers.count);
  const bounds =
    values.length === 0
      ? {}
      : { bounds: { min: bytesOf((out) => writeNumber(out, min)), max: bytesOf((out) => writeNumber(out, max)) } };
  const isExact = max - min < (bytes === 4 ? 2 ** 31 : exactRange) && Math.abs(min) < exactRange;
  const deltaBytes = isExact ? deltaBytesOf(numbers, kernel) : bytes;
  const found = deltaBytes > 1 ? numberDictionary(numbers, values.length / 8, kernel) : undefined;
  if (found !== undefined && bitWidth(found.numbers.length) / 8 < deltaBytes) {
    return { ...dictionaryEncoding(found, writeNumber, kernel), ...bounds };
  }
  if (isExact) {
    return {
      encoding: encodings.deltaBinaryPacked,
      bytesPerValue: deltaBytes,
      ...bounds,
      write: (out, first, end) => writeDeltas(out, kernel, cut(numbers, first, end)),
    };
  }
  return { ...plainNumbers(values, bytes, writeNumber), ...bounds };
}

type WriteNumber = (out: ByteWriter, value: number) => void;

function dictionaryEncoding(
  { numbers, ids }: NumberDictionary,
  writeNumber: WriteNumber,
  kernel: Kernel,
): ValueEncoding {
  const out = new ByteWriter();
  for (const value of numbers) writeNumber(out, value);
  return idsEncoding(ids, { bytes: out.finish(), count: numbers.length }, kernel);
}

function plainNumbers(values: Float64Array | Int32Array, bytes: 4 | 8, writeNumber: WriteNumber): ValueEncoding {
  return {
    encoding: encodings.plain,
    bytesPerValue: bytes,
    write: (out, first, end) => {
      for (let index = first; index < end; index++) writeNumber(out, values[index] ?? 0);
    },
  };
}

/** Estimates the bytes that a value takes as a difference, by the first ones. */
function deltaBytesOf(numbers: KernelValues, kernel: Kernel): number {
  const sample = cut(numbers, 0, Math.min(numbers.count, sampleValues));
  return bytesOf((out) => writeDeltas(out, kernel, sample)).length / Math.max(1, sample.count);
}

function bigintEncoding(values: BigInt64Array): ValueEncoding {
  let min = values[0] ?? 0n;
  let max = min;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return {
    encoding: encodings.plain,
    bytesPerValue: 8,
    bounds: { min: bytesOf((out) => out.int64(min)), max: bytesOf((out) => out.int64(max)) },
    write: (out, first, end) => {
      for (let index = first; index < end; index++) out.int64(values[index] ?? 0n);
    },
  };
}

function booleanEncoding(values: Uint8Array, kernel: Kernel): ValueEncoding {
  const min = values.includes(0) ? 0 : 1;
  const max = values.includes(1) ? 1 : 0;
  return {
    encoding: encodings.plain,
    bytesPerValue: 1 / 8,
    ...(values.length > 0 && { bounds: { min: Uint8Array.of(min), max: Uint8Array.of(max) } }),
    write: (out, first, end) => writeBits(out, kernel, values.subarray(first, end)),
  };
}

/** Selects doubles `[first, end)` of those in the kernel. */
function cut({ address }: KernelValues, first: number, end: number): KernelValues {
  return { address: address + first * Float64Array.BYTES_PER_ELEMENT, count: end - first };
}

interface NumberDictionary {
  readonly numbers: Float64Array;
  readonly ids: KernelValues;
}

/** Makes a dictionary of numbers by their bits, so that zeros of both signs stay apart; `undefined` when there are more than `countMax`. */
function numberDictionary(
  { address, count }: KernelValues,
  countMax: number,
  kernel: Kernel,
): NumberDictionary | undefined {
  const { calls } = kernel;
  const numbersMax = Math.floor(Math.min(dictionaryNumbersMax, countMax));
  const ids = calls.allocate(count * Int32Array.BYTES_PER_ELEMENT);
  return kernel.withScratch(() => {
    const numbers = calls.allocate(numbersMax * Float64Array.BYTES_PER_ELEMENT);
    const found = calls.idsOfNumbers(address, count, numbersMax, numbers, ids);
    return found < 0 ? undefined : { numbers: kernel.copyOutDoubles(numbers, found), ids: { address: ids, count } };
  });
}

function bytesOf(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter();
  write(out);
  return Uint8Array.from(out.finish());
}
