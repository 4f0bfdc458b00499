import { KernelLeaves } from '../../kernel/kernel-leaves.ts';
import { KernelType } from '../../kernel/kernel-type.ts';
import { useKernel, type Kernel } from '../../kernel/kernel.ts';
import { loadWindow } from '../../kernel/load-values.ts';
import { shredLoaded } from '../../kernel/shred-loaded.ts';
import { newBytes, newDoubles, newInt32s } from '../../runtime/growing-array.ts';
import type { Turns } from '../../runtime/turns.ts';
import type { ObserveRules } from '../../schema/observe.ts';
import type { ColumnType } from '../../schema/types.ts';
import type { JsonValues } from '../ports/json-values.ts';
import type { ValueLeaves } from '../ports/value-leaves.ts';

/** Values that may all be of one type, which is that of the column of the name. */
interface TypedValues {
  readonly name: string;
  readonly values: JsonValues;
  readonly count: number;
  readonly type: ColumnType;
}

/** Values in the leaves of their type. */
interface TakenApart {
  readonly leaves: ValueLeaves;
  /** Members of some have no place in the type: they were left out. */
  readonly hasRescued: boolean;
}

const heap = { float64: newDoubles, int32: newInt32s, bytes: newBytes };
/** Values for which the leaves have room at first. */
const startRows = 64;

/** Takes the first `count` values apart; `undefined` when the kernel can't read the type or one of them. Lets the event loop turn meanwhile. */
export async function takeApart(of: TypedValues, rules: ObserveRules, turns: Turns): Promise<TakenApart | undefined> {
  return useKernel((kernel) =>
    kernel.withScratchOverTurns(async () => {
      const type = KernelType.of(kernel, of.type, { isStrict: false, rules });
      return type && takeApartAs(type, of, { kernel, turns });
    }),
  );
}

async function takeApartAs(
  type: KernelType,
  { name, values, count }: TypedValues,
  { kernel, turns }: { readonly kernel: Kernel; readonly turns: Turns },
): Promise<TakenApart | undefined> {
  const leaves = new KernelLeaves(type, [name], { kernel, memory: heap, rows: startRows });
  for (let first = 0; first < count;) {
    const from = first;
    const loaded = loadWindow(kernel, { values, first, end: count });
    const { starts, ends } = kernel;
    const valueAt = (index: number): unknown => values.valueAt(from + index);
    if (loaded === 0 || !shredLoaded(kernel, type, { starts, ends, count: loaded, valueAt })) return undefined;
    leaves.drain();
    first += loaded;
    if (turns.areDue) await turns.next();
  }
  return { leaves: { leaves: leaves.finish(), count }, hasRescued: type.hasRescued };
}
