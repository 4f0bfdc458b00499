import type { Kernel } from '../kernel/kernel.ts';
import type { LeafColumn } from './leaves/leaf-column.ts';
import type { LeafValues } from './leaves/leaf-values.ts';
import type { TimestampUnit } from './parquet-schema.ts';

/** Gives the leaf with its times in the unit; ours are in milliseconds. */
export function inUnit(leaf: LeafColumn, unit: TimestampUnit, kernel: Kernel): LeafColumn {
  const { type, values } = leaf;
  if (unit === 'millis' || type.kind !== 'timestamp' || values.kind !== 'integers') return leaf;
  return { ...leaf, values: microsOf(values.values, kernel) };
}

/** Microseconds as doubles where these hold them all: those of the years 1684 to 2255. */
function microsOf(millis: Float64Array | Int32Array, kernel: Kernel): LeafValues {
  const { length } = millis;
  const micros = kernel.withScratch(() => {
    const address = kernel.copyInDoubles(millis);
    return kernel.calls.scaleIntegers(address, length, 1000) === 0 ? undefined : kernel.copyOutDoubles(address, length);
  });
  if (micros !== undefined) return { kind: 'integers', values: micros, bytes: 8 };
  return { kind: 'longs', values: BigInt64Array.from(millis, (value) => BigInt(value) * 1000n) };
}
