import { largestOf } from '../../runtime/extremes.ts';
import { decodeLimitsOf, reasonToCut } from '../batch/batch-policy.ts';
import { PartitionBuffer } from '../batch/partition-buffer.ts';
import { endReplacements, putReplacement } from '../commit/replace/replace-entry.ts';
import { stepRunner } from '../commit/tools/step-runner.ts';
import { generationOf } from '../commit/write/leftovers.ts';
import { countsOf } from '../commit/write/outcomes.ts';
import { preparePieces, type PreparedBatch } from '../commit/write/prepared-batch.ts';
import { ledgerFormat, stateOfFormat, type CommittedEntry, type GapEntry } from '../ledger/entry/ledger-entry.ts';
import type { Recipe } from '../ledger/entry/recipe.ts';
import { emptyChunk } from '../ports/record-chunk.ts';
import type { OffsetRange } from '../ports/topic.ts';
import { withLost } from './lost-offsets.ts';
import { checkTopic, type ReplayOptions, type ReplayResult } from './put-batch.ts';
import type { ReplayItem } from './replay-plan.ts';

/**
 * Writes a gap of the ledger as far as Kafka holds it, which takes back a skip. It is one exchange, as of a batch that has no object: until it ends, the
 * range has no rows. What Kafka no longer holds of it stays booked as lost, and so does all of it where the process dies and Kafka passes it. Nothing
 * is changed where its records can't be read.
 */
export async function takeBackGap(
  { current, range, heldFrom = range.from }: Extract<ReplayItem, { kind: 'take-back' }>,
  options: ReplayOptions,
): Promise<ReplayResult> {
  const { tools } = options;
  const held = { ...range, from: heldFrom };
  for await (const chunk of options.reader.read(held, options.signal)) chunk[Symbol.dispose]();
  await checkTopic(options);
  const entry = emptyBatch(current.entry, tools.writer.fit(tools.recipe), options);
  const pieces = readPieces(range, heldFrom, options);
  const put = await putReplacement({ current: { ...current, entry }, pieces, why: 'replay' }, tools);
  if (put === undefined) throw new TypeError('expected one piece at least');
  const lost = entry.outcome.lost && { ...entry.outcome.lost, to: heldFrom };
  const next = withLost(put.next, heldFrom > range.from ? lost : undefined);
  await endReplacements([{ ...put, next }], tools);
  return { kind: 'done' };
}

/** The gap as a batch that has lost everything, of a generation that no key of a claim in its place had. */
function emptyBatch(
  { why = 'gap', acknowledgedAt, obsolete = [], ...gap }: GapEntry,
  recipe: Recipe,
  { tools: { tableFormat, clock } }: ReplayOptions,
): CommittedEntry {
  const { from, to } = gap;
  return {
    ...gap,
    format: ledgerFormat,
    state: stateOfFormat[tableFormat],
    generation: Math.max(1, largestOf(obsolete.map(generationOf))),
    reason: why,
    recipe,
    plan: [],
    ...(obsolete.length > 0 && { obsolete }),
    outcome: {
      committedAt: new Date(clock.nowMs()).toISOString(),
      ...countsOf([], 0),
      objects: [],
      catalogVersion: '',
      lost: { from, to, ...(acknowledgedAt !== undefined && { acknowledgedAt }) },
    },
  };
}

/** Reads the range in batches by the policy: a gap may be larger than what memory has room for. */
async function* readPieces(
  { partition, from, to }: OffsetRange,
  heldFrom: bigint,
  { reader, policy, signal, tools }: ReplayOptions,
): AsyncGenerator<PreparedBatch, void> {
  const buffer = new PartitionBuffer(partition, from);
  const options = { step: stepRunner(tools), limits: decodeLimitsOf(policy) };
  let recipe = tools.writer.fit(tools.recipe);
  async function* next(): AsyncGenerator<PreparedBatch, void> {
    const batch = buffer.cut(policy);
    for await (const piece of preparePieces(batch, recipe, tools, options)) {
      ({ recipe } = piece);
      yield piece;
    }
    buffer.release(batch.to);
  }
  if (heldFrom > from) buffer.push(emptyChunk({ topic: tools.topic, partition, from, to: heldFrom }), 0);
  for await (const chunk of reader.read({ partition, from: heldFrom, to }, signal)) {
    buffer.push(chunk, 0);
    while (reasonToCut(buffer.fill(), policy, { monotonicMs: 0 }) !== undefined) yield* next();
  }
  // a range without any record is a piece, too
  while (buffer.from < to) yield* next();
}
