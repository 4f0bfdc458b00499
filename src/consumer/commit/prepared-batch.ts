import { fingerprint } from '../ledger/last-record.ts';
import type { Outcome, PlannedObject } from '../ledger/ledger-entry.ts';
import type { Recipe } from '../ledger/recipe.ts';
import type { Batch } from '../batch/partition-buffer.ts';
import type { DecodedBatch } from '../columns/decode-batch.ts';
import type { RowGroups } from '../table/row-groups.ts';
import type { CommitTools } from './commit-tools.ts';
import type { StepRunner } from './step-runner.ts';

/** A batch as columns by one recipe, and the objects that will hold it. */
export interface PreparedColumns {
  readonly recipe: Recipe;
  readonly decoded: DecodedBatch;
  readonly groups: RowGroups;
  readonly plan: PlannedObject[];
  readonly lastRecord: Outcome['lastRecord'];
}

/** The same, with the memory of its columns. */
export interface PreparedBatch extends PreparedColumns, Disposable {}

/** Decodes the batch's records by the recipe. */
export async function prepareBatch(
  batch: Batch,
  given: Recipe,
  { writer }: CommitTools,
  step: StepRunner,
): Promise<PreparedBatch> {
  const recipe = await step('schemas', () => writer.pinSchemas(batch.slices, given));
  const decoded = await step('decode', () => writer.decode(batch.slices, recipe));
  const lastRecord = lastRecordOf(batch);
  return {
    recipe,
    decoded,
    ...writer.group(decoded, recipe),
    lastRecord,
    [Symbol.dispose]: () => decoded[Symbol.dispose](),
  };
}

function lastRecordOf({ slices }: Batch): Outcome['lastRecord'] {
  const last = slices.at(-1);
  if (last === undefined) return undefined;
  const index = last.end - 1;
  const offset = last.chunk.from + BigInt(last.chunk.offsetDeltas[index] ?? 0);
  return { offset, ...fingerprint(last.chunk, index) };
}
