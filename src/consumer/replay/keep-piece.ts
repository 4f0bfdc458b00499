import type { Batch } from '../batch/partition-buffer.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import { overtaken } from '../commit/write/overtaken-entry.ts';
import { endReplacements, putReplacement } from '../commit/replace/replace-entry.ts';
import { stepRunner } from '../commit/tools/step-runner.ts';
import { publishAgain } from '../commit/replace/undo-replacement.ts';
import {
  isCommitted,
  stateOfFormat,
  type CommittedEntry,
  type Outcome,
  type WrittenObject,
} from '../ledger/entry/ledger-entry.ts';
import type { DecodeLimits } from '../ports/decode-limits.ts';
import { createEntry, type FoundEntry, type HolePiece } from './hole-pieces.ts';
import { lostOf, offsetsOfBatch, withLost } from './lost-offsets.ts';
import { readAgain } from './read-again.ts';

interface KeepOptions {
  readonly tools: CommitTools;
  readonly limits: DecodeLimits;
  /** What Kafka still holds of the piece; left out where that is nothing. */
  readonly batch?: Batch | undefined;
  /** Called right before anything is changed. */
  readonly check: () => Promise<void>;
}

/**
 * Enters a piece of a hole as the lake has it, where Kafka can't deliver all of that any more: its objects stay, and records that Kafka holds and no
 * object has are written beside them. Offsets that neither has are booked as lost, also where they may have been tombstones. Changes
 * nothing and says why where the objects do not tell each of their rows' offsets, once. Rejects with LEDGER_CONTENDED when somebody else has made an entry there.
 */
export async function keepPiece(
  piece: HolePiece,
  found: FoundEntry,
  options: KeepOptions,
): Promise<{ readonly why: string } | undefined> {
  const { tools, batch } = options;
  const { entry, revision } = found;
  if (revision !== undefined) {
    if (!isCommitted(entry) || !(await tools.writer.objects.areThere(entry.outcome.objects)))
      return { why: 'the objects that its revision lists are not all there: restore them, and its entry' };
    await options.check();
    await found.take();
    return undefined;
  }
  const offsets = await offsetsOf(piece, entry.obsolete ?? [], tools);
  if ('why' in offsets) return offsets;
  await options.check();
  const missing = batch && without(batch, offsets);
  const delivered = new Set(offsets);
  for (const offset of missing === undefined ? [] : offsetsOfBatch(missing)) delivered.add(offset);
  if (missing === undefined || missing.records === 0) await commitAsIs(entry, lostOf(piece.range, offsets), tools);
  else {
    const lost = { before: lostOf(piece.range, offsets), after: lostOf(piece.range, delivered) };
    await addMissing(missing, entry, lost, options);
  }
  return undefined;
}

/** The offsets of all rows and dead letters of a piece; or why they can't be told. */
async function offsetsOf(
  { range, objects }: HolePiece,
  damaged: readonly string[],
  { writer }: Pick<CommitTools, 'writer'>,
): Promise<Set<bigint> | { readonly why: string }> {
  const [spoiled] = damaged;
  if (spoiled !== undefined) return { why: damagedText(spoiled) };
  const offsets = new Set<bigint>();
  for (const { key, name } of objects) {
    if (name.from !== range.from || name.to !== range.to)
      return { why: `${key} overlaps with other objects that no ledger entry lists: restore their entries` };
    const rows = await writer.objects.offsetsOf(key, range.partition);
    if (rows === undefined) return { why: `${key} does not tell the Kafka offset of each row: restore its entry` };
    for (const offset of rows) {
      if (offset < range.from || offset >= range.to || offsets.has(offset))
        return { why: `${key} has offset ${offset}, which it should not or another object has too: restore its entry` };
      offsets.add(offset);
    }
  }
  return offsets;
}

/** Says why nothing is done about a range that has a damaged object. */
export function damagedText(key: string): string {
  return `${key} is damaged: restore it, or move it out of the table, then run the replay again`;
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

async function commitAsIs(found: FoundEntry['entry'], lost: Outcome['lost'], tools: CommitTools): Promise<void> {
  const step = stepRunner(tools);
  const { replacement: _, ...entry } = { replacement: undefined, ...found };
  const committed: CommittedEntry = withLost({ ...entry, state: stateOfFormat[tools.tableFormat] }, lost);
  await step('register', () => tools.writer.register(committed.outcome.objects));
  const created = await step('ledger', () => tools.ledger.claim(committed));
  if (created.kind === 'theirs') throw overtaken(committed);
  await publishAgain(committed, tools, step);
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
