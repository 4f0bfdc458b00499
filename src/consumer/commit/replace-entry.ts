import { PipelineError } from '../../runtime/errors.ts';
import type { Versioned } from '../ledger/entry-store.ts';
import {
  highestGeneration,
  isCommitted,
  isDeletable,
  isWritten,
  listsObject,
  stateOfFormat,
  type CommittedEntry,
  type LedgerEntry,
  type ObjectRange,
  type Outcome,
  type ReplacingEntry,
  type WrittenEntry,
  type WrittenObject,
} from '../ledger/ledger-entry.ts';
import type { CommitTools } from './commit-tools.ts';
import { EntryGuard, Overtaken } from './entry-guard.ts';
import { discardLeftovers, keysOfReplacement } from './leftovers.ts';
import type { PreparedColumns } from './prepared-batch.ts';
import type { ReplacedObjects } from './publication.ts';
import { stepRunner, type StepRunner } from './step-runner.ts';
import { countsOf, writeObjects, type WriteResult } from './write-objects.ts';

export interface Replacement {
  readonly current: Versioned<WrittenEntry>;
  /** What takes the place of the entry's objects. */
  readonly prepared: PreparedColumns;
  readonly why: ReplacingEntry['replacement']['why'];
  /** Objects of the entry that stay as they are. */
  readonly keeps?: readonly WrittenObject[];
}

/** A replacement whose new objects are put; the old ones still count. */
export interface PutReplacement {
  readonly announced: Versioned<ReplacingEntry>;
  /** The entry as it is to be. */
  readonly next: CommittedEntry;
  readonly published: Omit<ReplacedObjects, 'after'>;
  readonly created: readonly WrittenObject[];
  readonly guard: EntryGuard;
}

/**
 * Exchanges the objects of an entry: intent, new objects under keys of a new generation, entry, old objects away. Until the entry
 * says otherwise the old objects count and are all there; afterwards the new ones. A reader sees a record twice between the put of
 * its new object and the deletion of its old one.
 * Rejects with LEDGER_CONTENDED (not retryable) when another replay or redrive is at the same entry.
 */
export async function replaceEntry(replacement: Replacement, tools: CommitTools): Promise<void> {
  await endReplacements([await putReplacement(replacement, tools)], tools);
}

/** Takes the first half of an exchange: intent and new objects. If the process dies after it, the next replay begins the exchange anew. */
export async function putReplacement(replacement: Replacement, tools: CommitTools): Promise<PutReplacement> {
  const step = stepRunner(tools);
  const created: WrittenObject[] = [];
  const published = publishedBy(replacement.current.entry);
  const { current, keeps = [] } = replacement;
  await step('snapshot', async () => tools.publication?.check(current.entry, published, keeps));
  let announced = await announce(replacement, tools, step);
  await refuseAdopted(announced, tools, step);
  let { guard, ...written } = await write(announced, replacement, created, tools, step);
  if (written.kind === 'spoiled') {
    // a key of the new generation holds something else: the next one is free
    announced = await announce({ ...replacement, current: announced }, tools, step);
    ({ guard, ...written } = await write(announced, replacement, created, tools, step));
  }
  if (written.kind !== 'written') throw overtaken(announced.entry);
  const { outcome } = written;
  const { replacement: intent, ...entry } = announced.entry;
  const objects = [...keeps, ...outcome.objects];
  const next: CommittedEntry = {
    ...entry,
    state: stateOfFormat[tools.tableFormat],
    generation: intent.generation,
    recipe: intent.recipe,
    plan: intent.plan,
    outcome: { ...outcome, objects, ...countsOf(objects, tombstonesOf(replacement)) },
    obsolete: unlisted([...keysOfObjects(entry.outcome), ...(entry.obsolete ?? [])], objects),
  };
  return { announced, next, published, created, guard };
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
    return { range: next, objects: { ...published, after: next.outcome.objects } };
  });
  if (batches.length > 0) await step('snapshot', async () => publication?.replace(batches));
  for (const { announced, next, created } of alive) {
    const committed = await step('ledger', () => tools.ledger.replace(announced, next));
    if (committed.kind === 'theirs') {
      await discardOurs(committed.found.entry, next.generation, created, tools);
      await publishAgain(committed.found.entry, tools, step);
      failures.push(overtaken(next));
      continue;
    }
    // snapshots before this one still list what it has replaced
    if (publication === undefined) await tools.writer.discard(next.obsolete ?? []);
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

/** Makes tables list what the entry lists, after somebody who was overtaken may have changed them. */
async function publishAgain(entry: LedgerEntry, { publication }: CommitTools, step: StepRunner): Promise<void> {
  if (publication === undefined || !isCommitted(entry)) return;
  try {
    const { objects: listed } = entry.outcome;
    const objects = { before: listed, generation: 0, isUnfinished: true, after: listed };
    await step('snapshot', () => publication.replace([{ range: entry, objects }]));
  } catch (error) {
    // what other engines have rewritten stays as it is
    const isLeft =
      error instanceof PipelineError && (error.code === 'TABLE_MISMATCH' || error.code === 'STORE_MISSING');
    if (!isLeft) throw error;
  }
}

/**
 * Ends a replacement that nobody can finish any more: the entry is committed again with the objects it has, at a generation above
 * the replacement's, so that what that one has written or still writes can be deleted.
 */
export async function undoReplacement(current: Versioned<ReplacingEntry>, tools: CommitTools): Promise<CommittedEntry> {
  const step = stepRunner(tools);
  const { replacement, ...entry } = current.entry;
  const half = await keysOfReplacement(current.entry, tools);
  const next: CommittedEntry = {
    ...entry,
    state: stateOfFormat[tools.tableFormat],
    generation: replacement.generation + 1,
    obsolete: unlisted([...(entry.obsolete ?? []), ...half], entry.outcome.objects),
  };
  const committed = await step('ledger', () => tools.ledger.replace(current, next));
  if (committed.kind === 'theirs') throw overtaken(entry);
  await publishAgain(next, tools, step);
  await discardLeftovers(next, tools);
  return next;
}

async function announce(
  { current, prepared, why }: Replacement,
  tools: CommitTools,
  step: StepRunner,
): Promise<Versioned<ReplacingEntry>> {
  const { entry } = current;
  const given = entry.state === 'replacing' ? await keysOfReplacement(entry, tools) : [];
  const intent: ReplacingEntry = {
    ...entry,
    state: 'replacing',
    obsolete: unlisted([...(entry.obsolete ?? []), ...given], entry.outcome.objects),
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
  if (announced.kind === 'theirs') throw overtaken(entry);
  return announced.claim;
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
    if (error instanceof PipelineError && error.code === 'TABLE_MISMATCH') await undoReplacement(announced, tools);
    throw error;
  }
}

async function write(
  announced: Versioned<ReplacingEntry>,
  { prepared }: Replacement,
  created: WrittenObject[],
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
    await discardOurs(error.found.entry, entry.replacement.generation, created, tools);
    throw overtaken(entry);
  }
}

/** The range at the generation of the replacement. */
function rangeOf(entry: ReplacingEntry): ObjectRange {
  return { ...entry, generation: entry.replacement.generation };
}

/** A replay delivers them again; a redrive reads dead letters, and what was counted stays counted. */
function tombstonesOf({ current, prepared, why }: Replacement): number {
  return why === 'redrive' ? current.entry.outcome.tombstones : prepared.decoded.tombstones;
}

function keysOfObjects({ objects }: Outcome): string[] {
  return objects.map(({ key }) => key);
}

function unlisted(keys: readonly string[], objects: readonly WrittenObject[]): string[] {
  const listed = new Set(objects.map(({ key }) => key));
  return [...new Set(keys)].filter((key) => !listed.has(key));
}

/** Deletes what we wrote under a generation that somebody has passed: it can never count. */
async function discardOurs(
  entry: LedgerEntry,
  generation: number,
  created: readonly WrittenObject[],
  { writer, publication }: CommitTools,
): Promise<void> {
  // a snapshot may list them
  if (!isWritten(entry) || publication !== undefined) return;
  const keys = created.map(({ key }) => key).filter((key) => !listsObject(entry, key));
  await writer.discard(keys.filter((key) => isDeletable(entry, { key, generation })));
}

function overtaken(entry: Pick<LedgerEntry, 'topic' | 'partition' | 'from' | 'to'>): PipelineError {
  return new PipelineError('LEDGER_CONTENDED', {
    message: `another replay or redrive changed [${entry.from}, ${entry.to}) of ${entry.topic}/${entry.partition} at the same time`,
    retryable: false,
    hint: 'let the other one end, then run `glueless verify`; run this one again if it still has to',
  });
}
