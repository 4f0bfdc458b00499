/** The generation of all that a process of ledger format 1 has written: entries, replacements and objects. */
export const format1Generation = 0;

/** Tells whether a process of ledger format 1 wrote it: it noted neither plan nor recipe, and its objects are found by their names. */
export function isOfFormat1({ generation }: { readonly generation: number }): boolean {
  return generation === format1Generation;
}
