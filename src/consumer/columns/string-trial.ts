/** After so many strings of a column it is decided whether it pays to look for those that repeat. */
export const trialStrings = 4096;
/** It does not when more of them are distinct. */
const distinctShareMax = 15 / 16;

/** Tells whether strings repeat, by how many of them are distinct. */
export function doRepeat(distinct: number, strings: number): boolean {
  return distinct <= strings * distinctShareMax;
}
