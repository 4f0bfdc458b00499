import type { LeafColumn } from './leaf-column.ts';
import type { LeafValues } from './leaf-values.ts';
import type { TimestampUnit } from './parquet-schema.ts';

/** Gives the leaf with its times in the unit; ours are in milliseconds. */
export function inUnit(leaf: LeafColumn, unit: TimestampUnit): LeafColumn {
  const { type, values } = leaf;
  if (unit === 'millis' || type.kind !== 'timestamp' || values.kind !== 'integers') return leaf;
  return { ...leaf, values: microsOf(values.values) };
}

/** Microseconds as doubles where these hold them all: those of the years 1684 to 2255. */
function microsOf(millis: Float64Array | Int32Array): LeafValues {
  const micros = new Float64Array(millis.length);
  let areExact = true;
  for (let index = 0; index < millis.length; index++) {
    const value = (millis[index] ?? 0) * 1000;
    micros[index] = value;
    areExact &&= Number.isSafeInteger(value);
  }
  if (areExact) return { kind: 'integers', values: micros, bytes: 8 };
  return { kind: 'bigints', values: BigInt64Array.from(millis, (value) => BigInt(value) * 1000n) };
}
