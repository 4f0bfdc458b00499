import type { Address, Kernel } from './kernel.ts';

const scratchBytes = 1024;

/** Different texts as UTF-8 bytes, numbered from 0 in the order in which they came; in the kernel's memory. */
export class KernelTexts {
  readonly #kernel: Kernel;
  readonly address: Address;
  /** Where texts of JavaScript become bytes. */
  #scratch: Address = 0;
  #scratchBytes = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.address = kernel.calls.createDictionary();
  }

  addText(text: string): number {
    const { calls } = this.#kernel;
    const most = text.length * 3;
    if (most > this.#scratchBytes) {
      this.#scratchBytes = Math.max(scratchBytes, most * 2);
      this.#scratch = calls.take(this.#scratchBytes);
    }
    const start = this.#scratch;
    const { written } = encoder.encodeInto(text, this.#kernel.bytes.subarray(start, start + this.#scratchBytes));
    return calls.addText(this.address, start, start + written);
  }

  /** A copy that outlives the kernel's work. */
  finish() {
    return textsAt(this.#kernel, this.address);
  }
}

/** A copy of the dictionary at that address. */
export function textsAt(kernel: Kernel, dictionary: Address) {
  const { calls, bytes } = kernel;
  const count = calls.textCountOf(dictionary);
  const offsets = kernel.int32At(calls.textOffsetsOf(dictionary), count + 1);
  const texts = calls.textBytesOf(dictionary);
  return {
    count,
    bytes: bytes.slice(texts, texts + (offsets[count] ?? 0)),
    starts: offsets.subarray(0, count),
    ends: offsets.subarray(1),
  };
}

const encoder = new TextEncoder();
