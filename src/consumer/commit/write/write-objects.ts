import { mapConcurrently } from '../../../runtime/concurrency.ts';
import type { Outcome, PlannedObject, WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { ObjectRange } from '../../ledger/keys/object-keys.ts';
import type { ObjectDraft, PutOutcome } from '../../table/objects/object-writer.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import type { EntryGuard } from './entry-guard.ts';
import { countsOf } from './outcomes.ts';
import { isSameObject } from './planned-objects.ts';
import type { PreparedColumns } from './prepared-batch.ts';
import type { StepRunner } from '../tools/step-runner.ts';
import { withoutCopies } from '../../table/objects/copied-objects.ts';
import { expectedOf, keyOf, plannedObject } from '../../table/objects/planned-keys.ts';

export interface WriteRequest {
  /** The range and generation whose keys are written. */
  readonly range: ObjectRange;
  readonly prepared: PreparedColumns;
  /** What the claim said would be written: an earlier try may have had more records than Kafka delivers now. */
  readonly plan: readonly PlannedObject[];
  readonly guard: EntryGuard;
  /** Filled with each object that this try creates, as soon as it is put: it exists even if the try fails later. */
  readonly created: WrittenObject[];
}

export type WriteResult =
  | {
      readonly kind: 'written';
      readonly outcome: Outcome;
      /** Everything that the claim said is there. */
      readonly isWhole: boolean;
      /** Kafka timestamp of the oldest record, milliseconds since the epoch. */
      readonly oldestTimestampMs: number | undefined;
    }
  /** The table has other partition keys or Kafka columns than the recipe says, or got other maps meanwhile: nothing was written. */
  | { readonly kind: 'misfit' }
  /** A key is taken by something other than our rows: the range needs a new generation, with new keys. */
  | { readonly kind: 'spoiled' }
  /** The same as `spoiled`, but other keys hold rows that Kafka no longer delivers: a new generation would lose them. */
  | {
      readonly kind: 'damaged';
      readonly keys?: readonly string[];
      /** Some of the keys have the same bytes, and which of them has its own rows is not known. */
      readonly areCopies?: boolean;
    };

/** Most objects of one batch that are encoded and put at the same time. */
const putsMax = 4;

/** Steps 3 to 6 of the way into the lake: grow, encode, put, register. */
export async function writeObjects(
  { range, prepared, plan, guard, created }: WriteRequest,
  { writer, clock }: CommitTools,
  step: StepRunner,
): Promise<WriteResult> {
  const { decoded, recipe, groups } = prepared;
  const routed = await step('grow', () => writer.grow(decoded, recipe));
  if (routed === 'misfit') return { kind: 'misfit' };
  const drafts = writer.drafts(groups, routed, range);
  const tried = plan.filter((planned) => !drafts.some((draft) => isSameObject(draft, planned)));
  const puts = await mapConcurrently(drafts, putsMax, async (draft) => {
    const planned = plan.find((each) => isSameObject(draft, each));
    const rowsMax = planned && Math.max(planned.rows, draft.rows);
    const expected = expectedOf(draft.kind, recipe, rowsMax);
    const isFewer = planned !== undefined && draft.rows < planned.rows;
    const known = isFewer ? await step('put', () => writer.objects.look({ ...draft, expected })) : undefined;
    const isThere = known?.kind === 'kept' && known.object.rows >= draft.rows;
    const result = isThere ? known : await putDraft({ ...draft, expected }, writer, step, guard);
    if (result.kind === 'created') created.push(result.object);
    return result;
  });
  const kept = await mapConcurrently(tried, putsMax, (planned) =>
    step('put', () => writer.objects.look(plannedObject(range, planned, recipe))),
  );
  const found: PutOutcome[] = [...puts, ...kept];
  const rowsOf = new Map(plan.map((each) => [keyOf(range, each, recipe), each.rows]));
  const results = recipe.kafkaColumns ? withoutCopies(found, (key) => rowsOf.get(key)) : found;
  const spoiled = results.filter((result) => result.kind === 'spoiled');
  if (spoiled.length > 0) {
    const areCopies = spoiled.some(({ orElse }) => orElse !== undefined);
    const keys = spoiled.map(({ key }) => key);
    return holdsMore(found, drafts) ? { kind: 'damaged', keys, areCopies } : { kind: 'spoiled' };
  }
  const objects = results.flatMap((result) => ('object' in result ? [result.object] : []));
  await step('register', () => writer.register(objects));
  return {
    kind: 'written',
    outcome: {
      committedAt: new Date(clock.nowMs()).toISOString(),
      ...countsOf(objects, decoded.tombstones),
      objects,
      catalogVersion: routed.catalogVersion,
      ...routed.eventTimes,
      ...(prepared.lastRecord && { lastRecord: prepared.lastRecord }),
    },
    isWhole: plan.every((planned) =>
      objects.some((object) => isSameObject(object, planned) && object.rows >= planned.rows),
    ),
    oldestTimestampMs: decoded.oldestTimestampMs,
  };
}

async function putDraft(
  draft: ObjectDraft,
  writer: CommitTools['writer'],
  step: StepRunner,
  guard: EntryGuard,
): Promise<PutOutcome> {
  const bytes = await step('encode', () => draft.encode());
  return step('put', async () => {
    await guard.check();
    return writer.objects.put(draft, bytes);
  });
}

/** True when an earlier try has put rows that this one does not have. */
function holdsMore(results: readonly PutOutcome[], drafts: readonly ObjectDraft[]): boolean {
  return results.some((result) => {
    if (result.kind !== 'kept') return false;
    const draft = drafts.find(({ key }) => key === result.object.key);
    return draft === undefined || result.object.rows > draft.rows;
  });
}
