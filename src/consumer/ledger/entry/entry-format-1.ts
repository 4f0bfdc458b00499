import { format1Generation } from '../keys/format-1.ts';
import { ledgerFormat } from './ledger-entry.ts';
import { recipeOfFormat1 } from './recipe.ts';

/**
 * Reads an entry of format 1 as one of format 2, which is checked afterwards. It has no plan, and of the recipe
 * only the placement, so its claims are claimed again before anything is written.
 */
export function upgradeFormat1(json: unknown): unknown {
  const entry: Record<string, unknown> = { ...Object(json), format: ledgerFormat };
  if (entry['state'] === 'gap') return entry;
  const { placement, ...rest } = entry;
  const outcome: Record<string, unknown> = { ...Object(entry['outcome']) };
  const { obsolete, ...kept } = outcome;
  const recipe = recipeOfFormat1(placement);
  return {
    ...rest,
    generation: format1Generation,
    recipe,
    plan: [],
    ...(entry['outcome'] !== undefined && { outcome: kept }),
    ...(obsolete !== undefined && { obsolete }),
    ...(entry['replacement'] !== undefined && { replacement: replacementOf(entry['replacement']) }),
  };
}

/** Format 1 wrote a replacement under the keys that were there: it can only be done again, at a generation of its own. */
function replacementOf(replacement: unknown): Record<string, unknown> {
  const { placement, ...rest }: Record<string, unknown> = { ...Object(replacement) };
  return { ...rest, generation: format1Generation, recipe: recipeOfFormat1(placement), plan: [], why: 'replay' };
}
