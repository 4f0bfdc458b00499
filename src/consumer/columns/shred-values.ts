import type { KernelType } from '../../kernel/kernel-type.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { loadValues, outputRoom } from '../../kernel/load-values.ts';
import { shredLoaded } from '../../kernel/shred-loaded.ts';
import type { JsonValues } from '../ports/json-values.ts';

/**
 * Collects the first `count` values in the leaves of the type, a part at a time, each of which `drain` takes. Answers with false when one can't be read.
 * Beside the window, which stays as it is, it uses the kernel's memory for output.
 */
export function shredValues(
  values: JsonValues,
  count: number,
  { kernel, type, drain }: { readonly kernel: Kernel; readonly type: KernelType; readonly drain: () => void },
): boolean {
  const room = outputRoom(kernel);
  for (let first = 0; first < count;) {
    const from = first;
    const loaded = loadValues(kernel, { values, first, end: count }, room);
    const valueAt = (index: number): unknown => values.valueAt(from + index);
    if (loaded === 0 || !shredLoaded(kernel, type, { ...room, count: loaded, valueAt })) return false;
    drain();
    first += loaded;
  }
  return true;
}
