import type { Address } from '../../kernel/kernel-calls.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { KernelValues } from './encodings.ts';

/** Fewer values take next to nothing in any order. */
const sortedMin = 64;

/** A dictionary in the kernel's memory, and the ids of the values that it holds. */
export interface KernelDictionary {
  readonly values: KernelValues;
  /** Bytes of one of its values. */
  readonly bytes: 4 | 8;
  readonly ids: KernelValues;
}

/**
 * Sorts a dictionary by keys of 64 bits, and renumbers the ids: values that are alike compress better side by side. Values stay in the order
 * in which they came when that is an order of the ids as well, which compresses too.
 */
export function sortDictionary(
  { values, bytes, ids }: KernelDictionary,
  kernel: Kernel,
  keysOf: (values: KernelValues) => Address,
): void {
  const { calls } = kernel;
  if (values.count < sortedMin || calls.areScattered(ids.address, ids.count, values.count) === 0) return;
  kernel.withScratch(() =>
    calls.sortDictionary(keysOf(values), values.count, values.address, Math.log2(bytes), ids.address, ids.count),
  );
}
