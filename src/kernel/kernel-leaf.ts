import type { KernelType } from './kernel-type.ts';
import { copyDictionary } from './kernel-strings.ts';
import type { Address } from './kernel-calls.ts';
import type { Kernel } from './kernel.ts';

/** The values that the kernel collects of one leaf type. */
export class KernelLeaf {
  readonly #kernel: Kernel;
  readonly #address: Address;

  constructor(kernel: Kernel, type: KernelType) {
    this.#kernel = kernel;
    this.#address = kernel.calls.createLeaf();
    kernel.calls.setLeaf(type.address, this.#address);
  }

  /** Definition levels by entry. This view and the next three are stale once the kernel has collected more. */
  get definitions(): Uint8Array {
    return this.#levels(this.#kernel.calls.definitionsOf(this.#address));
  }

  get repetitions(): Uint8Array {
    return this.#levels(this.#kernel.calls.repetitionsOf(this.#address));
  }

  /** Values of the entries that have one: numbers, 0 and 1 for booleans, milliseconds, days. */
  get numbers(): Float64Array {
    const { calls } = this.#kernel;
    return this.#kernel.viewDoubles(calls.valuesOf(this.#address), calls.valueCountOf(this.#address));
  }

  /** The numbers are integers of 64 bits, to be read as such: some of them no double holds. It stays so. */
  get areLongs(): boolean {
    return this.#kernel.calls.areLongs(this.#address) !== 0;
  }

  /** Dictionary ids of the entries that have a value, for strings. */
  get ids(): Int32Array {
    const { calls } = this.#kernel;
    return this.#kernel.viewInt32(calls.valuesOf(this.#address), calls.valueCountOf(this.#address));
  }

  /** Copies the dictionary of all strings so far. */
  dictionary() {
    return copyDictionary(this.#kernel, this.#kernel.calls.dictionaryOf(this.#address));
  }

  #levels(address: Address): Uint8Array {
    const { calls, bytes } = this.#kernel;
    return bytes.subarray(address, address + calls.entryCountOf(this.#address));
  }
}
