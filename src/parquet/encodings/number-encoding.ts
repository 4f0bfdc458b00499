import type { Kernel } from '../../kernel/kernel.ts';
import { asDoubles } from '../../runtime/longs.ts';
import { ByteWriter } from '../byte-writer.ts';
import type { Compress } from './compression.ts';
import { sortDictionary } from './dictionary-order.ts';
import { bitWidth, writeDeltas, writeLongDeltas, writeSplit, type KernelValues } from './encodings.ts';
import { encodings, idsEncoding, type EncodingTools, type ValueEncoding } from './value-encoding.ts';

/** Most distinct numbers in a dictionary: 16 bits per id. */
const dictionaryNumbersMax = 65_536;
const sampleValues = 4096;
/** A dictionary of fewer numbers is hardly ever larger than the numbers by themselves. */
const triedNumbersMin = 1024;
/** Differences of numbers below this, and differences of those, are exact. */
const exactRange = 2 ** 51;

export function doubleEncoding(
  values: Float64Array,
  isFloat: boolean,
  { kernel, profile, compress }: EncodingTools,
): ValueEncoding {
  const form = isFloat ? floats : doubles;
  const numbers: KernelValues = { address: kernel.copyInDoubles(values), count: values.length };
  const { min, max } = kernel.rangeOf(numbers.address, numbers.count);
  // a zero of either sign lies within
  const bounds = boundsOf(values, form, { min: min === 0 ? -0 : min, max: max === 0 ? 0 : max });
  const found = numberDictionary(numbers, values.length / 2, kernel);
  if (found !== undefined && isSmaller(found, values, { form, kernel, compress }))
    return { ...dictionaryEncoding(found, form, kernel), ...bounds };
  return { ...(profile === 'smallest' ? splitNumbers(values, form, kernel) : plainNumbers(values, form)), ...bounds };
}

export function integerEncoding(
  values: Float64Array | Int32Array,
  bytes: 4 | 8,
  { kernel, profile }: EncodingTools,
): ValueEncoding {
  const form = bytes === 4 ? int32s : int64s;
  const numbers: KernelValues = { address: kernel.copyInDoubles(values), count: values.length };
  const { min, max } = kernel.rangeOf(numbers.address, numbers.count);
  const bounds = boundsOf(values, form, { min, max });
  const isExact = max - min < (bytes === 4 ? 2 ** 31 : exactRange) && Math.abs(min) < 2 * exactRange;
  const hasDeltas = isExact && profile !== 'compatible';
  const deltaBytes = hasDeltas ? deltaBytesOf(numbers, kernel) : bytes;
  const found = deltaBytes > 1 ? numberDictionary(numbers, values.length / 8, kernel) : undefined;
  if (found !== undefined && bitWidth(found.numbers.count) / 8 < deltaBytes) {
    return { ...dictionaryEncoding(found, form, kernel), ...bounds };
  }
  if (hasDeltas) {
    return {
      encoding: encodings.deltaBinaryPacked,
      bytesPerValue: deltaBytes,
      ...bounds,
      write: (out, first, end) => writeDeltas(out, kernel, cut(numbers, first, end)),
    };
  }
  return { ...plainNumbers(values, form), ...bounds };
}

/**
 * Tells whether numbers take less by a dictionary than by themselves, as a sample of both compresses: counters do not, however often each
 * of them comes.
 */
function isSmaller(
  { numbers: { address, count } }: NumberDictionary,
  values: Float64Array,
  { form, kernel, compress }: { readonly form: PlainForm; readonly kernel: Kernel; readonly compress: Compress },
): boolean {
  if (count < triedNumbersMin) return true;
  const bytesPerValue = (numbers: Float64Array): number => {
    const sample = numbers.subarray(0, sampleValues);
    return compress(plainBytes(sample, form), lengthOf) / sample.length;
  };
  const dictionaryBytes = bytesPerValue(kernel.viewDoubles(address, count)) * count;
  return dictionaryBytes / values.length + bitWidth(count - 1) / 8 < bytesPerValue(values);
}

type Numbers = Float64Array | Int32Array;

/** Numbers as the plain encoding has them: little-endian, as is the memory of whatever runs the kernel. */
interface PlainForm {
  readonly bytes: 4 | 8;
  of(values: Numbers): ArrayBufferView;
}

const doubles: PlainForm = { bytes: 8, of: (values) => values };
const floats: PlainForm = { bytes: 4, of: (values) => new Float32Array(values) };
const int32s: PlainForm = { bytes: 4, of: (values) => new Int32Array(values) };
const int64s: PlainForm = { bytes: 8, of: (values) => BigInt64Array.from(values, BigInt) };

function plainBytes(values: Numbers, form: PlainForm): Uint8Array {
  return bytesOf(form.of(values));
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function boundsOf(
  { length }: Numbers,
  form: PlainForm,
  { min, max }: { readonly min: number; readonly max: number },
): Pick<ValueEncoding, 'bounds'> {
  const bytes = (value: number): Uint8Array => plainBytes(Float64Array.of(value), form);
  return length === 0 ? {} : { bounds: { min: bytes(min), max: bytes(max) } };
}

function dictionaryEncoding({ numbers, ids }: NumberDictionary, form: PlainForm, kernel: Kernel): ValueEncoding {
  sortDictionary({ values: numbers, bytes: 8, ids }, kernel, ({ address }) => address);
  const bytes = plainBytes(kernel.copyOutDoubles(numbers.address, numbers.count), form);
  return idsEncoding(ids, { bytes, count: numbers.count }, kernel);
}

function plainNumbers(values: Numbers, form: PlainForm): ValueEncoding {
  return {
    encoding: encodings.plain,
    bytesPerValue: form.bytes,
    write: (out, first, end) => out.bytes(plainBytes(values.subarray(first, end), form)),
  };
}

/** Writes BYTE_STREAM_SPLIT: the first bytes of all values, then the second ones. Exponents are alike, and compress apart from digits. */
function splitNumbers(values: Numbers, form: PlainForm, kernel: Kernel): ValueEncoding {
  return {
    encoding: encodings.byteStreamSplit,
    bytesPerValue: form.bytes,
    write: (out, first, end) => writeSplit(out, kernel, plainBytes(values.subarray(first, end), form), form.bytes),
  };
}

/** Estimates the bytes that a value takes as a difference, by the first ones. */
function deltaBytesOf(numbers: KernelValues, kernel: Kernel): number {
  const sample = cut(numbers, 0, Math.min(numbers.count, sampleValues));
  const out = new ByteWriter();
  writeDeltas(out, kernel, sample);
  return out.length / Math.max(1, sample.count);
}

/** Encodes integers of 64 bits, some of which no double holds. */
export function longEncoding(longs: BigInt64Array, { kernel, profile, compress }: EncodingTools): ValueEncoding {
  // plain bytes are the same
  const values = asDoubles(longs);
  const form = doubles;
  const numbers: KernelValues = { address: kernel.copyInDoubles(values), count: values.length };
  const bounds = boundsOfLongs(numbers, kernel);
  const found = numberDictionary(numbers, values.length / 2, kernel);
  if (found !== undefined && isSmaller(found, values, { form, kernel, compress }))
    return { ...dictionaryEncoding(found, form, kernel), ...bounds };
  const sample = Math.min(values.length, sampleValues);
  const plainSample = compress(plainBytes(values.subarray(0, sample), form), lengthOf);
  const deltaSample = compress(longDeltasOf(numbers, 0, sample, kernel), lengthOf);
  if (profile === 'compatible' || deltaSample >= plainSample) return { ...plainNumbers(values, form), ...bounds };
  return {
    encoding: encodings.deltaBinaryPacked,
    bytesPerValue: deltaSample / sample,
    ...bounds,
    write: (out, first, end) => writeLongDeltas(out, kernel, cut(numbers, first, end)),
  };
}

function lengthOf({ length }: Uint8Array): number {
  return length;
}

function longDeltasOf(numbers: KernelValues, first: number, end: number, kernel: Kernel): Uint8Array {
  const out = new ByteWriter();
  writeLongDeltas(out, kernel, cut(numbers, first, end));
  return out.finish();
}

function boundsOfLongs({ address, count }: KernelValues, { calls }: Kernel): Pick<ValueEncoding, 'bounds'> {
  if (count === 0) return {};
  calls.findLongRange(address, count);
  const bytes = (value: bigint): Uint8Array => bytesOf(BigInt64Array.of(value));
  return { bounds: { min: bytes(calls.longMin.value), max: bytes(calls.longMax.value) } };
}

/** Selects doubles `[first, end)` of those in the kernel. */
function cut({ address }: KernelValues, first: number, end: number): KernelValues {
  return { address: address + first * Float64Array.BYTES_PER_ELEMENT, count: end - first };
}

interface NumberDictionary {
  readonly numbers: KernelValues;
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
  const numbers = calls.allocate(numbersMax * Float64Array.BYTES_PER_ELEMENT);
  const found = kernel.withScratch(() => calls.idsOfNumbers(address, count, numbersMax, numbers, ids));
  return found < 0 ? undefined : { numbers: { address: numbers, count: found }, ids: { address: ids, count } };
}
