import { larger, smaller } from '../../runtime/bigints.ts';
import { decodeLimitsOf, reasonToCut } from '../batch/batch-policy.ts';
import { PartitionBuffer } from '../batch/partition-buffer.ts';
import type { RangeCounts } from '../commit/tools/publication.ts';
import { endReplacements } from '../commit/replace/replace-entry.ts';
import type { WrittenEntry } from '../ledger/entry/ledger-entry.ts';
import { entryOf, splitHole, type HolePiece } from './hole-pieces.ts';
import { keepPiece } from './keep-piece.ts';
import { checkTopic, putBatch, readUnlessGone, type ReplayOptions, type ReplayResult } from './put-batch.ts';
import type { ReplayItem } from './replay-plan.ts';
import { writeRange } from './write-range.ts';

/** Writes a hole of the ledger anew. Objects that lie in it are replaced, as those of a batch are, and so is what an Iceberg table has of it. */
export async function fillHole(
  { range, heldFrom = range.from }: Extract<ReplayItem, { kind: 'fill' }>,
  options: ReplayOptions,
): Promise<ReplayResult> {
  const { tools } = options;
  const pieces = await splitHole(range, tools);
  if ('why' in pieces) return { kind: 'left', why: pieces.why };
  const before: WrittenEntry[] = [];
  const whys: string[] = [];
  const note = (result: Filled): void => {
    if ('why' in result) whys.push(result.why);
    else before.push(result.before);
  };
  /** Enters what only merged files have of a piece that Kafka has passed, and gives the rest. */
  const withoutMerged = async (piece: HolePiece): Promise<HolePiece> => {
    const passed = { ...piece.range, to: smaller(heldFrom, piece.range.to) };
    if (piece.objects.length > 0 || passed.to <= passed.from) return piece;
    const counts = await tools.publication?.count({ ...passed, topic: tools.topic, generation: 1 });
    if (counts === undefined || counts.rows + counts.deadLetters === 0) return piece;
    note(await fillPiece({ range: passed, objects: [] }, heldFrom, options));
    return { ...piece, range: { ...piece.range, from: passed.to } };
  };
  for (const each of pieces) {
    const whole = await withoutMerged(each);
    const piece = whole.objects.length > 0 ? whole : heldOf(whole, heldFrom);
    if (piece.range.from > whole.range.from) whys.push('its ledger entry is gone, and Kafka no longer holds it');
    if (piece.range.from >= piece.range.to) continue;
    if (piece.objects.length === 0 && tools.publication === undefined) {
      await writeRange(piece.range, options);
      continue;
    }
    for await (const part of piece.objects.length > 0 ? [piece] : cutPiece(piece, options)) {
      options.signal.throwIfAborted();
      note(await fillPiece(part, heldFrom, options));
    }
  }
  const [why] = whys;
  return why === undefined ? { kind: 'done', before } : { kind: 'left', why, before };
}

/** What Kafka holds of a piece of which the lake has nothing. */
function heldOf(piece: HolePiece, heldFrom: bigint): HolePiece {
  const { from, to } = piece.range;
  return { ...piece, range: { ...piece.range, from: smaller(larger(from, heldFrom), to) } };
}

type Filled = { readonly before: WrittenEntry } | { readonly why: string };

/** Writes a piece anew; where Kafka can't deliver all that the lake has of it, that stays. Gives the entry that it had or got first. */
async function fillPiece(piece: HolePiece, heldFrom: bigint, options: ReplayOptions): Promise<Filled> {
  const { tools, topicId, policy, allowLoss = false } = options;
  const { range, objects } = piece;
  const found = await entryOf(piece, tools, topicId);
  const inTables = (await tools.publication?.count(found.entry)) ?? { rows: 0, deadLetters: 0 };
  const inLake = sumOf(found.entry, inTables);
  const isPassed = heldFrom > range.from;
  if (!isPassed) {
    const result = await putBatch({ range, inLake, ...found }, options);
    if (result.kind === 'put') {
      await endReplacements([result], tools);
      return { before: found.entry };
    }
    if (allowLoss || result.isFewer !== true || objects.length === 0) return result;
  }
  const batch = heldFrom < range.to ? await readUnlessGone(range, options, larger(heldFrom, range.from)) : undefined;
  const kept = await keepPiece(piece, found, {
    tools,
    limits: decodeLimitsOf(policy),
    batch,
    inTables: inTables.rows + inTables.deadLetters,
    check: () => checkTopic(options),
  });
  return kept ?? { before: found.entry };
}

/** Counts the rows and dead letters of a range: those in its own objects, or what an Iceberg table has of it where that is more. */
function sumOf({ outcome: { rows, deadLetters } }: WrittenEntry, inTables: RangeCounts): number {
  return Math.max(rows, inTables.rows) + Math.max(deadLetters, inTables.deadLetters);
}

/** Cuts a piece into batches by the policy. */
async function* cutPiece({ range, objects }: HolePiece, options: ReplayOptions): AsyncIterable<HolePiece> {
  for (let { from } = range; from < range.to;) {
    const buffer = new PartitionBuffer(range.partition, from);
    for await (const chunk of options.reader.read({ ...range, from }, options.signal)) {
      buffer.push(chunk, 0);
      if (reasonToCut(buffer.fill(), options.policy, { monotonicMs: 0 }) !== undefined) break;
    }
    const { to } = buffer.cut(options.policy);
    buffer.clear();
    yield { range: { ...range, from, to }, objects };
    from = to;
  }
}
