import type { Batch } from '../batch/partition-buffer.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import { discardLeftovers } from '../commit/write/leftovers.ts';
import { countsOf } from '../commit/write/outcomes.ts';
import { overtaken } from '../commit/write/overtaken-entry.ts';
import { endReplacements, putReplacement } from '../commit/replace/replace-entry.ts';
import { stepRunner } from '../commit/tools/step-runner.ts';
import { publishAgain } from '../commit/replace/undo-replacement.ts';
import {
  highestGeneration,
  isCommitted,
  stateOfFormat,
  type CommittedEntry,
  type Outcome,
  type WrittenObject,
} from '../ledger/entry/ledger-entry.ts';
import type { DecodeLimits } from '../ports/decode-limits.ts';
import { chooseGeneration, type ChosenObjects } from './choose-generation.ts';
import { findMergedRows } from './enter-merged.ts';
import { createEntry, type FoundEntry, type HolePiece } from './hole-pieces.ts';
import { lostOf, offsetsOfBatch, withLost } from './lost-offsets.ts';
import { readAgain } from './read-again.ts';

interface KeepOptions {
  readonly tools: CommitTools;
  readonly limits: DecodeLimits;
  /** What Kafka still holds of the piece; left out where that is nothing. */
  readonly batch?: Batch | undefined;
  /** Rows and dead letters that Iceberg tables have of the piece, in whatever files. */
  readonly inTables: number;
  /** Called right before anything is changed. */
  readonly check: () => Promise<void>;
}

/**
 * Enters a piece of a hole as the lake has it, where Kafka can't deliver all of that any more: its objects stay, and records that Kafka holds and no
 * object has are written beside them. Offsets that neither has are booked as lost, also where they may have been tombstones. Of several generations one
 * stays. Changes nothing and says why where the objects do not tell each of their rows' offsets, or no generation has them all. Rejects with LEDGER_CONTENDED when somebody else has made an entry there.
 */
export async function keepPiece(
  piece: HolePiece,
  found: FoundEntry,
  options: KeepOptions,
): Promise<{ readonly why: string } | undefined> {
  const { tools, batch, inTables } = options;
  const { entry, revision } = found;
  if (revision !== undefined) {
    if (!isCommitted(entry) || !(await tools.writer.objects.areThere(entry.outcome.objects)))
      return { why: 'the objects that its revision lists are not all there: restore them, and its entry' };
    const { rows, deadLetters } = entry.outcome;
    if (inTables > rows + deadLetters) return { why: whyMerged(inTables, rows + deadLetters) };
    await options.check();
    await found.take();
    return undefined;
  }
  const [spoiled] = entry.obsolete ?? [];
  if (spoiled !== undefined) return { why: damagedText(spoiled) };
  const chosen = await chooseGeneration(piece, tools);
  if ('why' in chosen) return chosen;
  const { offsets } = chosen;
  const kept = withChosen(entry, chosen);
  if (offsets.size < inTables) return keepMerged(piece, { entry: kept, offsets }, options);
  await options.check();
  const missing = batch && without(batch, offsets);
  const delivered = new Set(offsets);
  for (const offset of missing === undefined ? [] : offsetsOfBatch(missing)) delivered.add(offset);
  if (missing === undefined || missing.records === 0) await commitAsIs(kept, lostOf(piece.range, offsets), tools);
  else {
    const lost = { before: lostOf(piece.range, offsets), after: lostOf(piece.range, delivered) };
    await addMissing(missing, kept, lost, options);
  }
  return undefined;
}

/** Enters rows that only merged files have, too. They stay where they are: no table is told of them. */
async function keepMerged(
  { range }: HolePiece,
  { entry: found, offsets }: { readonly entry: FoundEntry['entry']; readonly offsets: ReadonlySet<bigint> },
  { tools, batch, inTables, limits, check }: KeepOptions,
): Promise<{ readonly why: string } | undefined> {
  const merged = await findMergedRows(found, offsets, tools);
  const all = new Set([...offsets, ...(merged?.offsets ?? [])]);
  if (merged === undefined || all.size < inTables) return { why: whyMerged(inTables, offsets.size) };
  await check();
  const objects = [...found.outcome.objects, ...merged.objects];
  const outcome = { ...found.outcome, ...countsOf(objects, 0), objects };
  const entry = committedOf({ ...found, outcome }, lostOf(range, all), tools);
  const current = await createEntry(entry, tools);
  const missing = batch && without(batch, all);
  if (missing === undefined || missing.records === 0) return undefined;
  const delivered = new Set([...all, ...offsetsOfBatch(missing)]);
  await writeBeside(missing, { entry, take: async () => current, objects }, lostOf(range, delivered), {
    tools,
    limits,
  });
  return undefined;
}

/** The entry of a piece with the objects that stay; what it gives up is obsolete in it. */
function withChosen(found: FoundEntry['entry'], { keys, isOlder }: ChosenObjects): FoundEntry['entry'] {
  const { objects } = found.outcome;
  const kept = objects.filter(({ key }) => keys.has(key));
  const obsolete = objects.flatMap(({ key }) => (keys.has(key) ? [] : [key]));
  if (obsolete.length === 0) return found;
  const entry = { ...found, outcome: { ...found.outcome, ...countsOf(kept, 0), objects: kept }, obsolete };
  // what is given up must be of a lower generation than the entry
  const raised = highestGeneration(entry);
  if (!isOlder || entry.state !== 'replacing') return entry;
  return { ...entry, generation: raised, replacement: { ...entry.replacement, generation: raised + 1 } };
}

/** Says why nothing is done about a range that has a damaged object. */
export function damagedText(key: string): string {
  return `${key} is damaged: restore it, or move it out of the table, then run the replay again`;
}

function whyMerged(inTables: number, inObjects: number): string {
  return `the lake has ${inTables} rows and dead letters of it, of which Kafka no longer delivers all, and ${inObjects} of them in objects of its own: the others are in files that were merged or rewritten; restore its ledger entry from an older version`;
}

/** The batch with those of its records only that are not at `offsets`. */
export function without(batch: Batch, offsets: ReadonlySet<bigint>): Batch {
  const slices = batch.slices.flatMap(({ chunk, first, end }) =>
    Array.from({ length: end - first }, (_, at) => first + at)
      .filter((at) => !offsets.has(chunk.from + BigInt(chunk.offsetDeltas[at] ?? 0)))
      .map((at) => ({ chunk, first: at, end: at + 1 })),
  );
  return { ...batch, slices, records: slices.length };
}

/** The entry as one that is committed, of which this is lost. */
function committedOf(
  found: FoundEntry['entry'],
  lost: Outcome['lost'],
  { tableFormat }: Pick<CommitTools, 'tableFormat'>,
): CommittedEntry {
  const { replacement: _, ...entry } = { replacement: undefined, ...found };
  return withLost({ ...entry, state: stateOfFormat[tableFormat] }, lost);
}

async function commitAsIs(found: FoundEntry['entry'], lost: Outcome['lost'], tools: CommitTools): Promise<void> {
  const step = stepRunner(tools);
  const committed = committedOf(found, lost, tools);
  await step('register', () => tools.writer.register(committed.outcome.objects));
  const created = await step('ledger', () => tools.ledger.claim(committed));
  if (created.kind === 'theirs') throw overtaken(committed);
  await publishAgain(committed, tools, step);
  await discardLeftovers(committed, tools);
}

/** Whoever finds the entry half done goes back to the objects that were there: all that they lack is booked as lost until the end. */
async function addMissing(
  missing: Batch,
  found: FoundEntry['entry'],
  lost: { readonly before: Outcome['lost']; readonly after: Outcome['lost'] },
  { tools, limits }: KeepOptions,
): Promise<void> {
  const entry = withLost(found, lost.before);
  const kept = { entry, take: () => createEntry(entry, tools), objects: entry.outcome.objects };
  await writeBeside(missing, kept, lost.after, { tools, limits });
}

/** An entry, and what it keeps of its objects. */
interface KeptObjects extends FoundEntry {
  readonly objects: readonly WrittenObject[];
}

/** Writes records beside the objects that an entry keeps, and books what is lost of its range. */
export async function writeBeside(
  missing: Batch,
  { entry, take, objects: keeps }: KeptObjects,
  lost: Outcome['lost'],
  { tools, limits }: Pick<KeepOptions, 'tools' | 'limits'>,
): Promise<void> {
  using read = await readAgain(missing, entry, { tools, limits, allowLoss: true });
  const put = await putReplacement({ current: await take(), pieces: read.pieces(), why: 'replay', keeps }, tools);
  if (put === undefined) throw new TypeError('expected one piece at least');
  await endReplacements([{ ...put, next: withLost(put.next, lost) }], tools);
}
