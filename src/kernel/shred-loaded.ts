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
}

/** Collects values in the leaves of the type; answers with false when one can't be read, though the keys of its objects are known. */
export function shredLoaded(kernel: Kernel, type: KernelType, { starts, ends, count, valueAt }: LoadedValues): boolean {
  let learned = -1;
  for (let done = 0; done < count;) {
    const from = done * Int32Array.BYTES_PER_ELEMENT;
    done += kernel.calls.shred(type.address, starts + from, ends + from, count - done);
    if (done === count) break;
    if (done === learned) return false;
    learned = done;
    type.learn(valueAt(done));
  }
  return true;
}
