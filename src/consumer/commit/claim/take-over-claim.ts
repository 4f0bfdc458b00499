import type { ClaimedEntry, PlannedObject } from '../../ledger/entry/ledger-entry.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import { damaged } from './damaged-claim.ts';
import { findPlanned, takeFound } from './found-objects.ts';
import { isSameObject } from '../write/planned-objects.ts';
import type { PreparedBatch } from '../write/prepared-batch.ts';
import type { StepRunner } from '../tools/step-runner.ts';
import type { WriteResult } from '../write/write-objects.ts';

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
  const { whole, isEmpty } = await findPlanned(claim, tools, step);
  if (whole !== undefined) {
    const { tombstones, oldestTimestampMs } = prepared.decoded;
    const outcome = await takeFound(whole, { tombstones, lastRecord: claim.lastRecord }, tools, step);
    return { kind: 'written', outcome, isWhole: true, oldestTimestampMs };
  }
  if (!areSomeMissing(claim, prepared) || isEmpty) return { kind: 'anew' };
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
  if (!(await step('put', () => tools.writer.objects.holdsSome(obsolete)))) return;
  const { whole } = await findPlanned(claim, tools, step);
  if (whole === undefined) throw damaged(claim, 'older-generation');
}

/** Tells whether Kafka delivers fewer records than were claimed. */
function areSomeMissing({ plan }: ClaimedEntry, { decoded: { rowCount, rejects } }: PreparedBatch): boolean {
  return rowCount + rejects.length < plan.reduce((sum, { rows }) => sum + rows, 0);
}

/** Tells whether each object has its place among the claimed ones, with no more rows. */
function isWithin(plan: readonly PlannedObject[], claimed: readonly PlannedObject[]): boolean {
  return plan.every((own) => claimed.some((planned) => isSameObject(own, planned) && own.rows <= planned.rows));
}
