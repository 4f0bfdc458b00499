import type { Address } from './kernel-calls.ts';
import type { Kernel } from './kernel.ts';

const scratchBytes = 1024;

/** A dictionary in the kernel's memory: distinct strings as UTF-8; ids count from 0 in the order in which the strings came. */
export class KernelStrings {
  readonly #kernel: Kernel;
  readonly address: Address;
  /** Room in which JavaScript's strings become bytes. */
  #scratch: Address = 0;
  #scratchBytes = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.address = kernel.calls.createDictionary();
  }

  /** The number of distinct strings. */
  get count(): number {
    return this.#kernel.calls.stringCountOf(this.address);
  }

  /** Lets fields give no more ids of it to their strings. */
  close(): void {
    this.#kernel.calls.closeDictionary(this.address);
  }

  /** Gives the string's id; a new string is added. */
  idOf(string: string): number {
    const { calls } = this.#kernel;
    const bytesMax = string.length * 3;
    if (bytesMax > this.#scratchBytes) {
      this.#scratchBytes = Math.max(scratchBytes, bytesMax * 2);
      this.#scratch = calls.allocate(this.#scratchBytes);
    }
    const start = this.#scratch;
    const { written } = encoder.encodeInto(string, this.#kernel.bytes.subarray(start, start + this.#scratchBytes));
    return calls.idOf(this.address, start, start + written);
  }

  /** Copies the dictionary, so that it outlives the kernel's work. */
  finish() {
    return copyDictionary(this.#kernel, this.address);
  }
}

/** Copies the dictionary at that address. */
export function copyDictionary(kernel: Kernel, dictionary: Address) {
  const { calls, bytes } = kernel;
  const count = calls.stringCountOf(dictionary);
  const offsets = kernel.copyOutInt32(calls.stringOffsetsOf(dictionary), count + 1);
  const strings = calls.stringBytesOf(dictionary);
  return {
    count,
    bytes: bytes.slice(strings, strings + (offsets[count] ?? 0)),
    starts: offsets.subarray(0, count),
    ends: offsets.subarray(1),
    range: { min: calls.minStringOf(dictionary), max: calls.maxStringOf(dictionary) },
  };
}

const encoder = new TextEncoder();
