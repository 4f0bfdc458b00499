import type { KernelPart } from './kernel-part.ts';
import { textsAt } from './kernel-texts.ts';
import type { Address, Kernel } from './kernel.ts';

/** What the kernel collects of a part without parts. */
export class KernelLeaf {
  readonly #kernel: Kernel;
  readonly #address: Address;

  constructor(kernel: Kernel, part: KernelPart) {
    this.#kernel = kernel;
    this.#address = kernel.calls.createLeaf();
    kernel.calls.setLeaf(part.address, this.#address);
  }

  /** Of each entry; a view that is stale once the kernel has collected more, as are the next two. */
  get definitions(): Uint8Array {
    return this.#levels(this.#kernel.calls.definitionsOf(this.#address));
  }

  get repetitions(): Uint8Array {
    return this.#levels(this.#kernel.calls.repetitionsOf(this.#address));
  }

  /** Of the entries that have one: numbers, 0 and 1 for booleans, milliseconds, days, numbers of texts. */
  get values(): Float64Array {
    const { calls, float64 } = this.#kernel;
    const first = calls.valuesOf(this.#address) / Float64Array.BYTES_PER_ELEMENT;
    return float64.subarray(first, first + calls.valueCountOf(this.#address));
  }

  /** Takes back the entries; their texts stay. */
  empty(): void {
    this.#kernel.calls.emptyLeaf(this.#address);
  }

  /** A copy of all texts so far. */
  texts() {
    return textsAt(this.#kernel, this.#kernel.calls.dictionaryOf(this.#address));
  }

  #levels(address: Address): Uint8Array {
    const { calls, bytes } = this.#kernel;
    return bytes.subarray(address, address + calls.entryCountOf(this.#address));
  }
}
