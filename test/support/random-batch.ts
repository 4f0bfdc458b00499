import { Draw } from '../../bench/kinds/draw.ts';
import type { Recipe } from '../../src/consumer/ledger/entry/recipe.ts';
import type { ChunkSlice } from '../../src/consumer/ports/record-chunk.ts';
import { randomChunks } from './random-json/random-chunks.ts';
import { randomRecipe } from './random-json/random-recipe.ts';
import { randomTopic } from './random-json/random-topic.ts';

/** Records of a random topic, and a recipe to write them by. */
export interface RandomBatch {
  readonly records: number;
  readonly slices: readonly ChunkSlice[];
  readonly recipe: Recipe;
}

/** Makes the same batch for the same seed and index. */
export function randomBatch(seed: number, index: number, countMax: number): RandomBatch {
  const draw = new Draw(seed, index);
  const recipe = randomRecipe(draw);
  const records = randomTopic(draw, countMax);
  return { records: records.length, slices: randomChunks(draw, records), recipe };
}
