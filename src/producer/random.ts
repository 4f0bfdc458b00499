/** Makes a number in [0, 1) that depends on the seeds alone (mulberry32 over a mix of them, in integers of 32 bits). */
export function randomAt(...seeds: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const seed of seeds) state = (mix(state ^ seed) + 0x6d2b79f5) | 0;
  return mix(state) / 2 ** 32;
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 15), 0x85ebca6b | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
