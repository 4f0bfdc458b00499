import type { PipelineError } from '../../../runtime/errors.ts';
import type { Versioned } from '../../ledger/chain/entry-store.ts';
import {
  stateOfFormat,
  type CommittedEntry,
  type Outcome,
  type ReplacingEntry,
  type WrittenEntry,
  type WrittenObject,
} from '../../ledger/entry/ledger-entry.ts';
import type { OffsetRange } from '../../ports/topic.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import { Overtaken, type EntryGuard } from '../write/entry-guard.ts';
import { discardOurs, overtaken } from '../write/overtaken-entry.ts';
import type { PreparedColumns } from '../write/prepared-batch.ts';
import type { ReplacedObjects } from '../tools/publication.ts';
import { putPiece, type PutPiece } from './put-piece.ts';
import { stepRunner } from '../tools/step-runner.ts';
import { obsoleteKeys } from '../write/leftovers.ts';
import { publishAgain } from './undo-replacement.ts';
import { countsOf, joinEventTimes, joinOutcomes } from '../write/outcomes.ts';

export interface Replacement {
  readonly current: Versioned<WrittenEntry>;
  /** What takes the place of the entry's objects: each piece is written before the next one is asked for. */
  readonly pieces: AsyncIterable<PreparedColumns> | Iterable<PreparedColumns>;
  readonly why: ReplacingEntry['replacement']['why'];
  /** Objects of the entry that stay as they are. */
  readonly keeps?: readonly WrittenObject[];
  /** Objects of days that have expired, which are gone: the entry goes on counting what they held, and no table has them. */
  readonly expired?: readonly WrittenObject[];
  /** All ranges that are to be replaced together; left out where it is the only one. */
  readonly together?: readonly OffsetRange[] | undefined;
}

/** A replacement whose new objects are put; the old ones still count. */
export interface PutReplacement {
  readonly kind: 'put';
  readonly announced: Versioned<ReplacingEntry>;
  /** The entry as it is to be. */
  readonly next: CommittedEntry;
  readonly published: ReplacedObjects;
  readonly created: readonly WrittenObject[];
  readonly guard: EntryGuard;
}

/**
 * The objects of an entry are exchanged in two halves: intent and new objects under keys of a new generation; then the entry, and old objects
 * away. Until the entry says otherwise the old objects count and are all there; afterwards the new ones. A reader of files sees a record
 * twice between the put of its new object and the deletion of its old one.
 *
 * This is the first half. It rejects with LEDGER_CONTENDED (not retryable) when another replay or redrive is at the same entry. Each piece has an intent and a generation of its own, so that keys differ,
 * and passes the ones before it: their keys are obsolete until the entry lists them. If the process dies in it or after it, the next replay begins
 * the exchange anew. Gives `undefined` where there is no piece: nothing was changed.
 */
export async function putReplacement(
  replacement: Replacement,
  tools: CommitTools,
): Promise<PutReplacement | undefined> {
  const step = stepRunner(tools);
  const created: WrittenObject[] = [];
  const { current, pieces, why, keeps = [], expired = [], together } = replacement;
  const published = publishedBy(current.entry);
  const outcomes: Outcome[] = [];
  let put: PutPiece | undefined;
  for await (const prepared of pieces) {
    const isFirst = put === undefined;
    if (isFirst)
      await step('snapshot', async () => tools.publication?.check(current.entry, published, { keeps, together }));
    put = await putPiece({ current: put?.announced ?? current, isFirst, why, prepared, created }, tools, step);
    outcomes.push(put.outcome);
  }
  if (put === undefined) return undefined;
  const { announced, guard } = put;
  const { replacement: intent, ...entry } = announced.entry;
  const written = joinOutcomes(outcomes);
  const after = [...keeps, ...written.objects];
  const objects = [...after, ...expired];
  // a redrive reads dead letters, and what was counted stays counted
  const { lost, tombstones: counted } = current.entry.outcome;
  const times = keeps.length === 0 ? {} : joinEventTimes(current.entry.outcome, written);
  const tombstones = written.tombstones + (why === 'redrive' ? counted : 0);
  const next: CommittedEntry = {
    ...entry,
    state: stateOfFormat[tools.tableFormat],
    generation: intent.generation,
    recipe: intent.recipe,
    plan: intent.plan,
    outcome: { ...written, ...times, ...(lost && { lost }), objects, ...countsOf(objects, tombstones) },
    obsolete: obsoleteKeys([...keysOfObjects(entry.outcome), ...(entry.obsolete ?? [])], objects),
  };
  return { kind: 'put', announced, next, published: { ...published, after }, created, guard };
}

/**
 * Takes the second half. Where tables list their files, one change of each lists the new objects of all ranges; then come the entries, and
 * the deletion of the old objects. An exchange that another process has overtaken is left out; the others are ended before the call rejects.
 */
export async function endReplacements(all: readonly PutReplacement[], tools: CommitTools): Promise<void> {
  const step = stepRunner(tools);
  const { publication } = tools;
  const failures: PipelineError[] = [];
  const alive: PutReplacement[] = [];
  for (const each of all) {
    if (publication === undefined || (await isOurs(each.guard))) alive.push(each);
    else failures.push(overtaken(each.next));
  }
  const batches = alive.map(({ next, published }) => {
    return { range: next, objects: published };
  });
  if (batches.length > 0) await step('snapshot', async () => publication?.replace(batches));
  for (const { announced, next, created } of alive) {
    const committed = await step('ledger', () => tools.ledger.replace(announced, next));
    if (committed.kind === 'theirs') {
      await discardOurs(committed.found.entry, created, tools);
      await publishAgain(committed.found.entry, tools, step);
      failures.push(overtaken(next));
      continue;
    }
    // snapshots before this one still list what it has replaced
    if (publication === undefined) await tools.writer.objects.delete(next.obsolete ?? []);
  }
  const [failure] = failures;
  if (failure !== undefined) throw failure;
}

/** False for an entry that another process has changed meanwhile. */
async function isOurs(guard: EntryGuard): Promise<boolean> {
  try {
    await guard.check();
    return true;
  } catch (error) {
    if (error instanceof Overtaken) return false;
    throw error;
  }
}

/** What tables hold of an entry before it is replaced. */
function publishedBy({ generation, outcome, state }: WrittenEntry): Omit<ReplacedObjects, 'after'> {
  return { before: outcome.objects, generation, isUnfinished: state === 'replacing' };
}

function keysOfObjects({ objects }: Outcome): string[] {
  return objects.map(({ key }) => key);
}
