import type { Address } from './kernel-calls.ts';
import type { KernelType } from './kernel-type.ts';
import type { Kernel } from './kernel.ts';

/** Values in the kernel's memory: where each begins and ends, 32 bits each; an empty range is null. */
interface LoadedValues {
  readonly starts: Address;
  readonly ends: Address;
  readonly count: number;
  /** Parses the value of that index, for the keys of its objects. */
  readonly valueAt: (index: number) => unknown;
  /** Collects those from `first` on and answers with how many were read before one that can't be; left out: `shred` of the kernel. */
  readonly collect?: (first: number) => number;
}

/** Collects values in the leaves of the type; answers with false when one can't be read, though the keys of its objects are known. */
export function shredLoaded(
  kernel: Kernel,
  type: KernelType,
  { starts, ends, count, valueAt, collect }: LoadedValues,
): boolean {
  const shred = (first: number): number => {
    const from = first * Int32Array.BYTES_PER_ELEMENT;
    return kernel.calls.shred(type.address, starts + from, ends + from, count - first);
  };
  const collectFrom = collect ?? shred;
  let learned = -1;
  for (let done = 0; done < count;) {
    done += collectFrom(done);
    if (done === count) break;
    if (done === learned) return false;
    learned = done;
    type.learn(valueAt(done));
  }
  return true;
}
