import { compareStrings, type StringDictionary } from '../../consumer/ports/string-dictionary.ts';
import type { Address } from '../../kernel/kernel-calls.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { sortDictionary } from './dictionary-order.ts';
import { bitWidth, type KernelValues } from './encodings.ts';
import { KernelStringColumn } from './kernel-string-column.ts';
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
  const strings = new KernelStringColumn(dictionary, kernel);
  const kernelIds: KernelValues = { address: kernel.copyInInt32(ids), count: ids.length };
  const { used, uses } = usedIds(kernelIds, dictionary.count, kernel);
  const bounds = stringBounds(dictionary, used, kernel);
  const dictionaryBytes =
    strings.bytesOf(used) + used.count * lengthBytes + (ids.length * bitWidth(Math.max(0, used.count - 1))) / 8;
  const otherBytes = strings.bytesOf(used, uses) + ids.length * (profile === 'compatible' ? lengthBytes : deltaBytes);
  if (dictionaryBytes < otherBytes) {
    sortDictionary({ values: used, bytes: 4, ids: kernelIds }, kernel, (values) => strings.keysOf(values));
    const bytes = strings.plain(used);
    return { ...idsEncoding(kernelIds, { bytes, count: used.count }, kernel), ...bounds };
  }
  const isPlain = profile === 'compatible';
  return {
    encoding: isPlain ? encodings.plain : encodings.deltaLengthByteArray,
    bytesPerValue: otherBytes / Math.max(1, ids.length),
    ...bounds,
    write: (out, first, end) =>
      kernel.withScratch(() => {
        const written = { address: kernel.copyInInt32(ids.subarray(first, end)), count: end - first };
        if (isPlain) out.bytes(strings.plain(written));
        else strings.writeDeltas(out, written);
      }),
  };
}

interface UsedIds {
  readonly used: KernelValues;
  /** Number of occurrences of each. */
  readonly uses: Address;
}

/** Finds the ids that occur, in the order in which they do; in the kernel's memory each id is replaced by its index among them. */
function usedIds({ address, count }: KernelValues, idCount: number, { calls }: Kernel): UsedIds {
  const used = calls.allocate(idCount * Int32Array.BYTES_PER_ELEMENT);
  const uses = calls.allocate(idCount * Int32Array.BYTES_PER_ELEMENT);
  return { used: { address: used, count: calls.renumberIds(address, count, idCount, used, uses) }, uses };
}

/** Finds minimum and maximum by unsigned bytes, which is the order of code points. */
function stringBounds(
  dictionary: StringDictionary,
  { address, count }: KernelValues,
  kernel: Kernel,
): Pick<ValueEncoding, 'bounds'> {
  if (count === 0) return {};
  const isAll = count === dictionary.count;
  const { min, max } = (isAll && dictionary.range) || rangeOf(dictionary, kernel.viewInt32(address, count));
  const { bytes, starts, ends } = dictionary;
  const [least, greatest] = [bytes.subarray(starts[min], ends[min]), bytes.subarray(starts[max], ends[max])];
  return Math.max(least.length, greatest.length) > boundBytesMax ? {} : { bounds: { min: least, max: greatest } };
}

function rangeOf(dictionary: StringDictionary, used: Int32Array): { readonly min: number; readonly max: number } {
  let min = used[0] ?? 0;
  let max = min;
  for (let index = 1; index < used.length; index++) {
    const id = used[index] ?? 0;
    if (compareStrings(dictionary, id, min) < 0) min = id;
    else if (compareStrings(dictionary, id, max) > 0) max = id;
  }
  return { min, max };
}
