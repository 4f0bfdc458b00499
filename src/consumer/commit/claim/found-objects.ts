import type { ClaimedEntry, Outcome, WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import { lookAtPlanned } from '../../table/objects/look-at-planned.ts';
import type { PutOutcome } from '../../table/objects/object-writer.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import { countsOf } from '../write/outcomes.ts';
import type { StepRunner } from '../tools/step-runner.ts';

/** What lies under the keys of a claim. */
export interface FoundObjects {
  readonly isEmpty: boolean;
  /** The objects, if all that the claim has planned are there and whole, and it has planned any. */
  readonly whole: readonly WrittenObject[] | undefined;
}

/** Looks for the objects of a claim that an earlier try may have put. */
export async function findPlanned(
  claim: ClaimedEntry,
  { writer }: CommitTools,
  step: StepRunner,
): Promise<FoundObjects> {
  const looks = await lookAtPlanned(claim, writer.objects, (look) => step('put', look));
  return { isEmpty: looks.every(({ kind }) => kind === 'absent'), whole: wholeOf(looks, claim) };
}

function wholeOf(looks: readonly PutOutcome[], { plan }: ClaimedEntry): WrittenObject[] | undefined {
  const objects = looks.flatMap((look, index) =>
    look.kind === 'kept' && look.object.rows >= (plan[index]?.rows ?? 0) ? [look.object] : [],
  );
  return objects.length > 0 && objects.length === plan.length ? objects : undefined;
}

/** Registers objects that an earlier try has put, and gives the outcome of a range that they hold. */
export async function takeFound(
  objects: readonly WrittenObject[],
  { tombstones, lastRecord }: Pick<Outcome, 'tombstones' | 'lastRecord'>,
  { writer, clock }: CommitTools,
  step: StepRunner,
): Promise<Outcome> {
  await step('register', () => writer.register(objects));
  return {
    committedAt: new Date(clock.nowMs()).toISOString(),
    ...countsOf(objects, tombstones),
    objects: [...objects],
    catalogVersion: '',
    ...(lastRecord && { lastRecord }),
  };
}
