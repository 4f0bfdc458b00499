import type { KernelType } from '../../../kernel/kernel-type.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { loadValues, outputRoom } from '../../../kernel/load-values.ts';
import { shredLoaded } from '../../../kernel/shred-loaded.ts';
import type { JsonValues } from '../../ports/json-values.ts';

/** Values `[first, end)`. */
interface SomeValues {
  readonly values: JsonValues;
  readonly first: number;
  readonly end: number;
}

/**
 * Collects the values in the leaves of the type, a part at a time, each of which `drain` takes. Answers with false when one can't be read.
 * Beside the window, which stays as it is, it uses the kernel's memory for output.
 */
export function shredValues(
  { values, first, end }: SomeValues,
  { kernel, type, drain }: { readonly kernel: Kernel; readonly type: KernelType; readonly drain: () => void },
): boolean {
  const room = outputRoom(kernel);
  for (let from = first; from < end;) {
    const part = from;
    const loaded = loadValues(kernel, { values, first: part, end }, room);
    const valueAt = (index: number): unknown => values.valueAt(part + index);
    if (loaded === 0 || !shredLoaded(kernel, type, { ...room, count: loaded, valueAt })) return false;
    drain();
    from += loaded;
  }
  return true;
}
