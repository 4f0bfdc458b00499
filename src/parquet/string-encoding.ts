import type { StringDictionary } from '../consumer/ports/string-dictionary.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { ByteWriter } from './byte-writer.ts';
import { bitWidth, writeDeltas, type KernelValues } from './encodings.ts';
import { encodings, idsEncoding, type EncodingTools, type ValueEncoding } from './value-encoding.ts';

/** Longer bounds are left out. */
const boundBytesMax = 64;
/** Bytes of a string's length in the plain encoding. */
const lengthBytes = 4;
/** Bytes that a length takes as a difference, about. */
const deltaBytes = 1;

/** Encodes strings: by a dictionary where that is smaller, else their lengths as differences and then their bytes, or each behind its length. */
export function stringEncoding(
  ids: Int32Array,
  dictionary: StringDictionary,
  { kernel, profile }: EncodingTools,
): ValueEncoding {
  const kernelIds: KernelValues = { address: kernel.copyInInt32(ids), count: ids.length };
  const { used, uses } = usedIds(kernelIds, dictionary.count, kernel);
  const bounds = stringBounds(dictionary, used);
  const lengths = lengthsOf(dictionary, used, uses);
  const dictionaryBytes =
    lengths.distinct + used.length * lengthBytes + (ids.length * bitWidth(Math.max(0, used.length - 1))) / 8;
  const otherBytes = lengths.all + ids.length * (profile === 'compatible' ? lengthBytes : deltaBytes);
  if (dictionaryBytes < otherBytes) {
    const bytes = plainStrings(dictionary, used);
    return { ...idsEncoding(kernelIds, { bytes, count: used.length }, kernel), ...bounds };
  }
  const bytesPerValue = otherBytes / Math.max(1, ids.length);
  if (profile === 'compatible')
    return {
      encoding: encodings.plain,
      bytesPerValue,
      ...bounds,
      write: (out, first, end) => out.bytes(plainStrings(dictionary, ids.subarray(first, end))),
    };
  return {
    encoding: encodings.deltaLengthByteArray,
    bytesPerValue,
    ...bounds,
    write: (out, first, end) => writeStrings(out, kernel, { dictionary, ids: ids.subarray(first, end) }),
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

/** Counts the bytes of the distinct strings, and of all their occurrences. */
function lengthsOf({ starts, ends }: StringDictionary, used: Int32Array, uses: Int32Array) {
  let distinct = 0;
  let all = 0;
  for (let index = 0; index < used.length; index++) {
    const id = used[index] ?? 0;
    const length = (ends[id] ?? 0) - (starts[id] ?? 0);
    distinct += length;
    all += length * (uses[index] ?? 0);
  }
  return { distinct, all };
}

/** Finds minimum and maximum by unsigned bytes, which is the order of code points. */
function stringBounds(dictionary: StringDictionary, used: Int32Array): Pick<ValueEncoding, 'bounds'> {
  const { bytes, starts, ends } = dictionary;
  let [min] = used;
  let max = min;
  if (min === undefined || max === undefined) return {};
  for (let index = 1; index < used.length; index++) {
    const id = used[index] ?? 0;
    if (compare(dictionary, id, min) < 0) min = id;
    else if (compare(dictionary, id, max) > 0) max = id;
  }
  const [least, greatest] = [bytes.subarray(starts[min], ends[min]), bytes.subarray(starts[max], ends[max])];
  return Math.max(least.length, greatest.length) > boundBytesMax ? {} : { bounds: { min: least, max: greatest } };
}

/** Compares two strings by their bytes, without a view of either. */
function compare({ bytes, starts, ends }: StringDictionary, one: number, other: number): number {
  const oneStart = starts[one] ?? 0;
  const otherStart = starts[other] ?? 0;
  const oneLength = (ends[one] ?? 0) - oneStart;
  const otherLength = (ends[other] ?? 0) - otherStart;
  const length = Math.min(oneLength, otherLength);
  for (let at = 0; at < length; at++) {
    const difference = (bytes[oneStart + at] ?? 0) - (bytes[otherStart + at] ?? 0);
    if (difference !== 0) return difference;
  }
  return oneLength - otherLength;
}

function plainStrings({ bytes, starts, ends }: StringDictionary, used: Int32Array): Uint8Array {
  const out = new ByteWriter();
  for (let index = 0; index < used.length; index++) {
    const id = used[index] ?? 0;
    const start = starts[id] ?? 0;
    const end = ends[id] ?? 0;
    out.int32(end - start);
    out.range(bytes, start, end);
  }
  return out.finish();
}

/** Writes DELTA_LENGTH_BYTE_ARRAY of the strings. Those that lie one behind the other in the dictionary are copied at once. */
function writeStrings(
  out: ByteWriter,
  kernel: Kernel,
  { dictionary, ids }: { readonly dictionary: StringDictionary; readonly ids: Int32Array },
): void {
  const { bytes, starts, ends } = dictionary;
  const lengths = new Int32Array(ids.length);
  for (let index = 0; index < ids.length; index++) {
    const id = ids[index] ?? 0;
    lengths[index] = (ends[id] ?? 0) - (starts[id] ?? 0);
  }
  kernel.withScratch(() => writeDeltas(out, kernel, { address: kernel.copyInDoubles(lengths), count: ids.length }));
  for (let index = 0; index < ids.length;) {
    const start = starts[ids[index] ?? 0] ?? 0;
    let end = start;
    for (; index < ids.length && starts[ids[index] ?? 0] === end; index++) end = ends[ids[index] ?? 0] ?? 0;
    out.range(bytes, start, end);
  }
}
