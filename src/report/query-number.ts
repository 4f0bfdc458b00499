import { z } from 'zod';

/** A number as engines answer it: Athena answers with text, DuckDB with a bigint for one; a mean may be NaN or Infinity. */
export const queryNumber = z
  .union([z.string(), z.number(), z.bigint(), z.nan(), z.literal([Infinity, -Infinity])])
  .transform(Number);

/** Engines add up in different orders, and binary fractions are not quite what people write: both are gone in twelve digits. */
export function roundMean(mean: number): number {
  return Number(mean.toPrecision(12));
}
