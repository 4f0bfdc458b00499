import type { StringDictionary } from '../../consumer/ports/string-dictionary.ts';
import type { Address } from '../../kernel/kernel-calls.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { ByteWriter } from '../byte-writer.ts';
import { writeDeltas, type KernelValues } from './encodings.ts';

/** The kernel reads and copies strings by words and vectors, beyond the end of the last one. */
const slackBytes = 16;

/** The strings of a column, known to the kernel by their positions for the time of a chunk. */
export class KernelStringColumn {
  readonly #kernel: Kernel;
  readonly #dictionary: StringDictionary;
  readonly #starts: Address;
  readonly #ends: Address;

  constructor(dictionary: StringDictionary, kernel: Kernel) {
    this.#kernel = kernel;
    this.#dictionary = dictionary;
    this.#starts = kernel.copyInInt32(dictionary.starts);
    this.#ends = kernel.copyInInt32(dictionary.ends);
  }

  /** Counts the bytes of strings, each as often as `uses` says; once, when it is left out. */
  bytesOf({ address, count }: KernelValues, uses: Address = 0): number {
    return this.#kernel.calls.sumLengths(address, uses, count, this.#starts, this.#ends);
  }

  /** Gives the strings in the plain encoding: each behind its length. */
  plain(ids: KernelValues): Uint8Array {
    const kernel = this.#kernel;
    return kernel.withScratch(() => {
      const { first, end } = this.#rangeOf(ids);
      const bytes = kernel.copyIn(this.#dictionary.bytes.subarray(first, end));
      const to = kernel.calls.allocate(this.bytesOf(ids) + ids.count * Int32Array.BYTES_PER_ELEMENT + slackBytes);
      const [starts, ends] = [this.#starts, this.#ends];
      const written = kernel.calls.writePlainStrings(ids.address, ids.count, bytes - first, starts, ends, to);
      return kernel.bytes.slice(to, written);
    });
  }

  /** Makes the strings' keys for `sortDictionary`. */
  keysOf(ids: KernelValues): Address {
    const kernel = this.#kernel;
    const keys = kernel.calls.allocate(ids.count * BigUint64Array.BYTES_PER_ELEMENT);
    kernel.withScratch(() => {
      const { first, end } = this.#rangeOf(ids);
      const bytes = kernel.copyIn(this.#dictionary.bytes.subarray(first, end));
      kernel.calls.allocate(slackBytes);
      kernel.calls.writeStringKeys(ids.address, ids.count, bytes - first, this.#starts, this.#ends, keys);
    });
    return keys;
  }

  /** Writes DELTA_LENGTH_BYTE_ARRAY of the strings. Those that lie one behind the other in the dictionary are copied at once. */
  writeDeltas(out: ByteWriter, { address, count }: KernelValues): void {
    const kernel = this.#kernel;
    kernel.withScratch(() => {
      const lengths = kernel.calls.allocate(count * Float64Array.BYTES_PER_ELEMENT);
      kernel.calls.writeLengths(address, count, this.#starts, this.#ends, lengths);
      writeDeltas(out, kernel, { address: lengths, count });
    });
    const { bytes, starts, ends } = this.#dictionary;
    const ids = kernel.viewInt32(address, count);
    for (let first = 0; first < count;) {
      const end = this.#endOfRun({ address, count }, first);
      out.range(bytes, starts[ids[first] ?? 0] ?? 0, ends[ids[end - 1] ?? 0] ?? 0);
      first = end;
    }
  }

  /** Finds the bytes of the dictionary that hold the strings: just theirs when they lie one behind the other, else all. */
  #rangeOf(ids: KernelValues): { readonly first: number; readonly end: number } {
    const { bytes, starts, ends } = this.#dictionary;
    const { address, count } = ids;
    if (count === 0 || this.#endOfRun(ids, 0) < count) return { first: 0, end: bytes.length };
    const view = this.#kernel.viewInt32(address, count);
    return { first: starts[view[0] ?? 0] ?? 0, end: ends[view[count - 1] ?? 0] ?? 0 };
  }

  #endOfRun({ address, count }: KernelValues, first: number): number {
    return this.#kernel.calls.endOfRun(address, first, count, this.#starts, this.#ends);
  }
}
