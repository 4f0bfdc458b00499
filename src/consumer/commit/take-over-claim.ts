import { mapConcurrently } from '../../runtime/concurrency.ts';
import type { ClaimedEntry, PlannedObject, WrittenObject } from '../ledger/ledger-entry.ts';
import type { PutOutcome } from '../table/object-writer.ts';
import { keyOf } from '../table/planned-keys.ts';
import type { CommitTools } from './commit-tools.ts';
import { damaged } from './damaged-claim.ts';
import type { PreparedBatch } from './prepared-batch.ts';
import type { StepRunner } from './step-runner.ts';
import { countsOf, isSame, type WriteResult } from './write-objects.ts';

const looksMax = 4;

/** `anew`: a new generation writes the range; `onward`: this one does, with what is in the lake. */
export type TakenOver = WriteResult | { readonly kind: 'anew' } | { readonly kind: 'onward' };

/**
 * Chooses what becomes of a claim of another version of the decoder, whose process died. What that has put stays where it is the whole claim, or
 * where Kafka no longer delivers as many records as were claimed: the others may be there alone. The rest is then written beside it, by the claim's
 * recipe and under its keys, as far as this version gives the records the same objects. Else all of it is written anew.
 */
export async function takeOverClaim(
  claim: ClaimedEntry,
  prepared: PreparedBatch,
  tools: CommitTools,
  step: StepRunner,
): Promise<TakenOver> {
  const looks = await lookAtPlanned(claim, tools, step);
  const objects = wholeOf(looks, claim);
  if (objects !== undefined) return writtenAs(objects, claim, prepared, tools, step);
  if (!areSomeMissing(claim, prepared) || looks.every(({ kind }) => kind === 'absent')) return { kind: 'anew' };
  return { kind: isWithin(prepared.plan, claim.plan) ? 'onward' : 'damaged' };
}

/**
 * Refuses to end a claim of which Kafka lacks records, and an earlier generation of which is in the lake: that would be deleted, and may be all that
 * is left of them.
 */
export async function checkObsolete(
  claim: ClaimedEntry,
  prepared: PreparedBatch,
  tools: CommitTools,
  step: StepRunner,
): Promise<void> {
  const { obsolete = [] } = claim;
  if (obsolete.length === 0 || !areSomeMissing(claim, prepared)) return;
  if (!(await step('put', () => tools.writer.holdsSome(obsolete)))) return;
  if (wholeOf(await lookAtPlanned(claim, tools, step), claim) === undefined) throw damaged(claim, 'older-generation');
}

/** Tells whether Kafka delivers fewer records than were claimed. */
function areSomeMissing({ plan }: ClaimedEntry, { decoded: { rowCount, rejects } }: PreparedBatch): boolean {
  return rowCount + rejects.length < plan.reduce((sum, { rows }) => sum + rows, 0);
}

async function lookAtPlanned(claim: ClaimedEntry, { writer }: CommitTools, step: StepRunner): Promise<PutOutcome[]> {
  return mapConcurrently(claim.plan, looksMax, (planned) =>
    step('put', () => writer.look({ ...planned, key: keyOf(claim, planned, claim.recipe) })),
  );
}

/** Gives the objects of a claim if all of them are there and whole, and it has any. */
function wholeOf(looks: readonly PutOutcome[], { plan }: ClaimedEntry): WrittenObject[] | undefined {
  const objects = looks.flatMap((look, index) =>
    look.kind === 'kept' && look.object.rows >= (plan[index]?.rows ?? 0) ? [look.object] : [],
  );
  return objects.length > 0 && objects.length === plan.length ? objects : undefined;
}

async function writtenAs(
  objects: readonly WrittenObject[],
  claim: ClaimedEntry,
  { decoded: { tombstones, oldestTimestampMs } }: PreparedBatch,
  { writer, clock }: CommitTools,
  step: StepRunner,
): Promise<WriteResult> {
  await step('register', () => writer.register(objects));
  const outcome = {
    committedAt: new Date(clock.nowMs()).toISOString(),
    ...countsOf(objects, tombstones),
    objects: [...objects],
    catalogVersion: '',
    ...(claim.lastRecord && { lastRecord: claim.lastRecord }),
  };
  return { kind: 'written', outcome, isWhole: true, oldestTimestampMs };
}

/** Tells whether each object has its place among the claimed ones, with no more rows. */
function isWithin(plan: readonly PlannedObject[], claimed: readonly PlannedObject[]): boolean {
  return plan.every((own) => claimed.some((planned) => isSame(own, planned) && own.rows <= planned.rows));
}
