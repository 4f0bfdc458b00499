import type { Versioned } from '../../ledger/chain/entry-store.ts';
import { decoderVersion } from '../../ledger/entry/decoder-version.ts';
import { isOfFormat1 } from '../../ledger/keys/format-1.ts';
import type { ClaimedEntry } from '../../ledger/entry/ledger-entry.ts';
import type { Recipe } from '../../ledger/entry/recipe.ts';
import type { DecodeLimits } from '../../ports/decode-limits.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import { mayBeCut } from './may-be-cut.ts';
import type { StepRunner } from '../tools/step-runner.ts';

/** The recipe by which a batch is decoded; with `limits` it may end earlier than it was cut. */
export interface ChosenRecipe {
  readonly recipe: Recipe;
  readonly limits?: DecodeLimits | undefined;
}

/** A batch that may have been claimed already. */
interface GivenBatch {
  readonly limits?: DecodeLimits;
  readonly claim?: Versioned<ClaimedEntry> | undefined;
  /** Offsets of the batch that Kafka lost since the claim. */
  readonly lost?: object | undefined;
}

/** Chooses the recipe of the claim. One of another version is decoded as this one does, and ends early only if it can be cut. */
export async function chooseRecipe(
  { claim, lost, limits }: GivenBatch,
  tools: CommitTools,
  step: StepRunner,
): Promise<ChosenRecipe> {
  if (claim === undefined) return { ...ourRecipe(tools), limits };
  const { entry } = claim;
  if (isOfOurDecoder(entry)) return { recipe: entry.recipe };
  const mayEndEarly = lost === undefined && (await step('position', () => mayBeCut(entry, tools)));
  return { ...recipeOfOther(entry, tools), ...(mayEndEarly && { limits }) };
}

/** Gives our own recipe, without limits. */
export function ourRecipe({ writer, recipe }: CommitTools): ChosenRecipe {
  return { recipe: writer.fit(recipe) };
}

/** Gives the recipe of another version's claim for our decoder, as far as the table lets it be; our own where the claim has none. */
function recipeOfOther(entry: ClaimedEntry, tools: CommitTools): ChosenRecipe {
  if (isOfFormat1(entry)) return ourRecipe(tools);
  return { recipe: tools.writer.fit({ ...entry.recipe, decoder: decoderVersion }) };
}

/** Tells whether a claim can be fulfilled by its own recipe: one of another version of the decoder can't. */
export function isOfOurDecoder({ recipe }: ClaimedEntry): boolean {
  return recipe.decoder === decoderVersion;
}
