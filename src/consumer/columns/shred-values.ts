import type { KernelType } from '../../kernel/kernel-type.ts';
import { windowBytesMax, windowRecords, type Kernel } from '../../kernel/kernel.ts';
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
  const { rows: starts, ids: ends } = kernel;
  for (let first = 0; first < count;) {
    const from = first;
    const loaded = load(values, { first, end: Math.min(count, first + windowRecords) }, kernel);
    const valueAt = (index: number): unknown => values.valueAt(from + index);
    if (loaded === 0 || !shredLoaded(kernel, type, { starts, ends, count: loaded, valueAt })) return false;
    drain();
    first += loaded;
  }
  return true;
}

/** Copies the JSON of as many values as there is room for, one behind the other; answers with their number. */
function load(
  values: JsonValues,
  { first, end }: { readonly first: number; readonly end: number },
  kernel: Kernel,
): number {
  const starts = kernel.viewInt32(kernel.rows, windowRecords);
  const ends = kernel.viewInt32(kernel.ids, windowRecords);
  let used = 0;
  let index = first;
  for (; index < end; index++) {
    const source = values.sourceAt(index);
    const length = values.endAt(index) - values.startAt(index);
    if (source === undefined || used + length > windowBytesMax) break;
    kernel.bytes.set(source.subarray(values.startAt(index), values.endAt(index)), kernel.strings + used);
    starts[index - first] = kernel.strings + used;
    used += length;
    ends[index - first] = kernel.strings + used;
  }
  return index - first;
}
