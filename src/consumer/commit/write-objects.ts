import { mapConcurrently } from '../../runtime/concurrency.ts';
import type { ObjectRange, Outcome, PlannedObject, WrittenObject } from '../ledger/ledger-entry.ts';
import type { ObjectDraft, PutOutcome } from '../table/objects/object-writer.ts';
import type { CommitTools } from './commit-tools.ts';
import type { EntryGuard } from './entry-guard.ts';
import type { PreparedColumns } from './prepared-batch.ts';
import type { StepRunner } from './step-runner.ts';
import { expectedOf, plannedObject } from '../table/objects/planned-keys.ts';

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
  /** The table has other partition keys or Kafka columns than the recipe says: nothing was written. */
  | { readonly kind: 'misfit' }
  /** A key is taken by something other than our rows: the range needs a new generation, with new keys. */
  | { readonly kind: 'spoiled' }
  /** The same as `spoiled`, but other keys hold rows that Kafka no longer delivers: a new generation would lose them. */
  | { readonly kind: 'damaged'; readonly keys?: readonly string[] };

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
  const tried = plan.filter((planned) => !drafts.some((draft) => isSame(draft, planned)));
  const puts = await mapConcurrently(drafts, putsMax, async (draft) => {
    const planned = plan.find((each) => isSame(draft, each));
    const rowsMax = planned && Math.max(planned.rows, draft.rows);
    const expected = expectedOf(draft.kind, recipe, rowsMax);
    const result = await putDraft({ ...draft, expected }, writer, step, guard);
    if (result.kind === 'created') created.push(result.object);
    return result;
  });
  const kept = await mapConcurrently(tried, putsMax, (planned) =>
    step('put', () => writer.objects.look(plannedObject(range, planned, recipe))),
  );
  const results: PutOutcome[] = [...puts, ...kept];
  const spoiled = results.flatMap((result) => (result.kind === 'spoiled' ? [result.key] : []));
  if (spoiled.length > 0) return holdsMore(results, drafts) ? { kind: 'damaged', keys: spoiled } : { kind: 'spoiled' };
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
    isWhole: plan.every((planned) => objects.some((object) => isSame(object, planned) && object.rows >= planned.rows)),
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

/** One claim has at most one object of a kind in a Hive partition. */
export function isSame(
  a: Pick<PlannedObject, 'kind' | 'partition'>,
  b: Pick<PlannedObject, 'kind' | 'partition'>,
): boolean {
  return a.kind === b.kind && a.partition.join('/') === b.partition.join('/');
}

/** ISO 8601 times of one form are in order as text, too. */
function earlier(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}

function later(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

/** What pieces of a batch that were written one after the other are together: the last one says what the batch ends with. */
export function joinOutcomes(pieces: readonly Outcome[]): Outcome {
  const [first, ...others] = pieces;
  if (first === undefined) throw new RangeError('expected the outcome of one piece at least');
  return others.reduce((before, piece) => {
    const objects = [...before.objects, ...piece.objects];
    const minEventTime = earlier(before.minEventTime, piece.minEventTime);
    const maxEventTime = later(before.maxEventTime, piece.maxEventTime);
    return {
      ...piece,
      objects,
      ...countsOf(objects, before.tombstones + piece.tombstones),
      ...(minEventTime !== undefined && { minEventTime }),
      ...(maxEventTime !== undefined && { maxEventTime }),
    };
  }, first);
}

/** What the objects hold, which may be more than this try delivered. */
export function countsOf(
  objects: readonly WrittenObject[],
  tombstones: number,
): Pick<Outcome, 'records' | 'rows' | 'deadLetters' | 'tombstones'> {
  const sum = (kind: WrittenObject['kind']): number =>
    objects.filter((object) => object.kind === kind).reduce((total, { rows }) => total + rows, 0);
  const [rows, deadLetters] = [sum('rows'), sum('dead-letters')];
  return { records: rows + deadLetters + tombstones, rows, deadLetters, tombstones };
}
