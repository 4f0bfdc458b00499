import type { Versioned } from '../ledger/entry-store.ts';
import { decoderVersion } from '../ledger/decoder-version.ts';
import type { ClaimedEntry } from '../ledger/ledger-entry.ts';
import type { Recipe } from '../ledger/recipe.ts';
import type { DecodeLimits } from '../ports/decode-limits.ts';
import type { CommitTools } from './commit-tools.ts';
import { mayBeCut } from './may-be-cut.ts';
import type { StepRunner } from './step-runner.ts';

/** The recipe by which a batch is decoded; with `limits` it may end earlier than it was cut. */
export interface DecodeWay {
  readonly recipe: Recipe;
  readonly limits?: DecodeLimits | undefined;
}

/** A batch that may have been claimed already. */
interface GivenBatch {
  readonly limits?: DecodeLimits;
  readonly adopted?: Versioned<ClaimedEntry>;
  /** Offsets of the batch that Kafka lost since the claim. */
  readonly lost?: object;
}

/** Chooses the recipe of the claim, if this version made it. A claim of another version is decoded anew, and ends early only if it can be cut. */
export async function chooseWay(
  { adopted, lost, limits }: GivenBatch,
  tools: CommitTools,
  step: StepRunner,
): Promise<DecodeWay> {
  if (adopted === undefined) return { ...ourWay(tools), limits };
  const { entry } = adopted;
  if (isOurWay(entry)) return { recipe: entry.recipe };
  const isCut = lost === undefined && (await step('position', () => mayBeCut(entry, tools)));
  return { ...ourWay(tools), ...(isCut && { limits }) };
}

/** Gives our own recipe, without limits. */
export function ourWay({ writer, recipe }: CommitTools): DecodeWay {
  return { recipe: writer.fit(recipe) };
}

/** Tells whether a claim can be fulfilled as it stands: one of another version of the decoder can't. */
export function isOurWay({ recipe }: ClaimedEntry): boolean {
  return recipe.decoder === decoderVersion;
}
