import type { Draw } from '../draw.ts';

const epochMs = 1_288_834_974_657;
const lowBits = 22n;

/** An id as Twitter, Discord and others make it of a time: 19 digits, beyond what a double holds. */
export function snowflake(draw: Draw, timeMs: number): bigint {
  return (BigInt(timeMs - epochMs) << lowBits) | BigInt(draw.whole(2 ** Number(lowBits)));
}
