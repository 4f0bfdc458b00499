import { fingerprint } from '../../ledger/topic/last-record.ts';
import type { Outcome, PlannedObject } from '../../ledger/entry/ledger-entry.ts';
import type { Recipe } from '../../ledger/entry/recipe.ts';
import type { DecodeLimits } from '../../ports/decode-limits.ts';
import { restOfBatch, shortenBatch, type Batch } from '../../batch/partition-buffer.ts';
import type { DecodedBatch } from '../../columns/decode-batch.ts';
import type { RowGroups } from '../../table/assemble/row-groups.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import type { StepRunner } from '../tools/step-runner.ts';

/** A batch as columns by one recipe, and the objects that will hold it. */
export interface PreparedColumns {
  readonly recipe: Recipe;
  readonly decoded: DecodedBatch;
  readonly groups: RowGroups;
  readonly plan: PlannedObject[];
  readonly lastRecord: Outcome['lastRecord'];
}

/** The same, with the memory of its columns. */
export interface PreparedBatch extends PreparedColumns, Disposable {
  /** The records that it holds. */
  readonly batch: Batch;
}

/** Decodes the batch's records by the recipe: with limits, as many of them as these allow. */
export async function prepareBatch(
  whole: Batch,
  given: Recipe,
  { writer }: CommitTools,
  { step, limits }: { readonly step: StepRunner; readonly limits?: DecodeLimits | undefined },
): Promise<PreparedBatch> {
  const recipe = await step('schemas', () => writer.pinSchemas(whole.slices, given));
  const decoded = await step('decode', () => writer.decode(whole.slices, recipe, limits));
  const { earlyEnd } = decoded;
  const batch = earlyEnd === undefined ? whole : shortenBatch(whole, earlyEnd.offset);
  const lastRecord = lastRecordOf(batch);
  return {
    batch,
    recipe,
    decoded,
    ...writer.group(decoded, recipe),
    lastRecord,
    [Symbol.dispose]: () => decoded[Symbol.dispose](),
  };
}

/**
 * Prepares the batch piece by piece, each as large as the limits allow, all by one recipe. The memory of a piece ends when the next one is
 * asked for: its columns are never there together with those of another.
 */
export async function* preparePieces(
  whole: Batch,
  given: Recipe,
  tools: CommitTools,
  options: { readonly step: StepRunner; readonly limits: DecodeLimits },
): AsyncGenerator<PreparedBatch, void> {
  let recipe = given;
  for (let rest = whole; ;) {
    using prepared = await prepareBatch(rest, recipe, tools, options);
    yield prepared;
    const { earlyEnd } = prepared.decoded;
    if (earlyEnd === undefined) return;
    ({ recipe } = prepared);
    rest = restOfBatch(rest, earlyEnd.offset);
  }
}

function lastRecordOf({ slices }: Batch): Outcome['lastRecord'] {
  const last = slices.at(-1);
  if (last === undefined) return undefined;
  const index = last.end - 1;
  const offset = last.chunk.from + BigInt(last.chunk.offsetDeltas[index] ?? 0);
  return { offset, ...fingerprint(last.chunk, index) };
}
