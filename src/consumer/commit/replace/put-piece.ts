import { hasCode } from '../../../runtime/errors.ts';
import type { Versioned } from '../../ledger/chain/entry-store.ts';
import {
  highestGeneration,
  type Outcome,
  type ReplacingEntry,
  type WrittenEntry,
  type WrittenObject,
} from '../../ledger/entry/ledger-entry.ts';
import type { ObjectRange } from '../../ledger/keys/object-keys.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import { EntryGuard, Overtaken } from '../write/entry-guard.ts';
import { keysOfReplacement, obsoleteKeys } from '../write/leftovers.ts';
import { discardOurs, overtaken } from '../write/overtaken-entry.ts';
import type { PreparedColumns } from '../write/prepared-batch.ts';
import type { StepRunner } from '../tools/step-runner.ts';
import { undoReplacement } from './undo-replacement.ts';
import { writeObjects, type WriteResult } from '../write/write-objects.ts';

/** One piece of what takes the place of an entry's objects. */
export interface PieceRequest {
  /** The entry: as it was before the first piece, later as the piece before has announced itself. */
  readonly current: Versioned<WrittenEntry>;
  readonly isFirst: boolean;
  readonly why: ReplacingEntry['replacement']['why'];
  readonly prepared: PreparedColumns;
  /** Filled with each object that is put. */
  readonly created: WrittenObject[];
}

/** A piece whose objects are put. */
export interface PutPiece {
  readonly announced: Versioned<ReplacingEntry>;
  readonly guard: EntryGuard;
  readonly outcome: Outcome;
}

/** Announces the piece, and puts its objects under keys of a generation of its own. Rejects with LEDGER_CONTENDED. */
export async function putPiece(request: PieceRequest, tools: CommitTools, step: StepRunner): Promise<PutPiece> {
  let announced = await announce(request, tools, step);
  if (request.isFirst) await refuseAdopted(announced, tools, step);
  let { guard, ...written } = await write(announced, request, tools, step);
  if (written.kind === 'spoiled') {
    // a key of the new generation holds something else: the next one is free
    announced = await announce({ ...request, current: announced }, tools, step);
    ({ guard, ...written } = await write(announced, request, tools, step));
  }
  if (written.kind !== 'written') throw overtaken(announced.entry);
  return { announced, guard, outcome: written.outcome };
}

async function announce(
  { current, why, prepared, created }: PieceRequest,
  tools: CommitTools,
  step: StepRunner,
): Promise<Versioned<ReplacingEntry>> {
  const { entry } = current;
  const given = entry.state === 'replacing' ? await keysOfReplacement(entry, tools) : [];
  const intent: ReplacingEntry = {
    ...entry,
    state: 'replacing',
    obsolete: obsoleteKeys([...(entry.obsolete ?? []), ...given], entry.outcome.objects),
    replacement: {
      generation: highestGeneration(entry) + 1,
      writer: tools.newWriterId(),
      startedAt: new Date(tools.clock.nowMs()).toISOString(),
      recipe: prepared.recipe,
      plan: prepared.plan,
      why,
    },
  };
  const announced = await step('claim', () => tools.ledger.replace(current, intent));
  if (announced.kind === 'ours') return announced.claim;
  await discardOurs(announced.found.entry, created, tools);
  throw overtaken(entry);
}

/**
 * Rejects with TABLE_MISMATCH where an Iceberg table has the objects of a Hive table, too. It is asked after the announcement: who adopts the files
 * marks the table first, and meets the announcement then.
 */
async function refuseAdopted(
  announced: Versioned<ReplacingEntry>,
  tools: CommitTools,
  step: StepRunner,
): Promise<void> {
  if (tools.publication !== undefined) return;
  try {
    await step('claim', () => tools.writer.checkReplaceable());
  } catch (error) {
    if (hasCode(error, 'TABLE_MISMATCH')) await undoReplacement(announced, tools);
    throw error;
  }
}

async function write(
  announced: Versioned<ReplacingEntry>,
  { prepared, created }: PieceRequest,
  tools: CommitTools,
  step: StepRunner,
): Promise<WriteResult & { readonly guard: EntryGuard }> {
  const { entry } = announced;
  const guard = new EntryGuard(announced, tools);
  try {
    return {
      guard,
      ...(await writeObjects({ range: rangeOf(entry), prepared, plan: [], guard, created }, tools, step)),
    };
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    await discardOurs(error.found.entry, created, tools);
    throw overtaken(entry);
  }
}

/** The range at the generation of the replacement. */
function rangeOf(entry: ReplacingEntry): ObjectRange {
  return { ...entry, generation: entry.replacement.generation };
}
