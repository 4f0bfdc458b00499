import type { Batch } from '../batch/partition-buffer.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import { preparePieces, type PreparedBatch } from '../commit/write/prepared-batch.ts';
import { stepRunner } from '../commit/tools/step-runner.ts';
import type { WrittenEntry } from '../ledger/entry/ledger-entry.ts';
import type { Recipe } from '../ledger/entry/recipe.ts';
import type { DecodeLimits } from '../ports/decode-limits.ts';
import { readsLess } from '../ports/value-format.ts';

export interface ReadOptions {
  readonly tools: CommitTools;
  /** Limits of what is in memory at a time. */
  readonly limits: DecodeLimits;
  /** The batch may have fewer records than it was written with. */
  readonly allowLoss: boolean;
}

/** A batch that was read again: what it would become, before anything is written. */
export interface ReadBatch extends Disposable {
  readonly recipe: Recipe;
  /** Counts as the ledger does: rows, dead letters and tombstones. A value may hold several. */
  readonly records: number;
  readonly rows: number;
  readonly rejects: number;
  /** Values whose schema no registry has are among the rejects. */
  readonly lacksSchema: boolean;
  /** Gives its columns, as many at a time as the limits allow; to be gone through once. */
  pieces(): AsyncIterable<PreparedBatch> | Iterable<PreparedBatch>;
}

/** Decodes a batch by the rules of today, but finds as many records in its values as it was written with, unless it may lose some. */
export async function readAgain(
  batch: Batch,
  { recipe: { records: before }, outcome: { records: had } }: WrittenEntry,
  options: ReadOptions,
): Promise<ReadBatch> {
  const { recipe } = options.tools;
  const read = await lookThrough(batch, recipe, options);
  if (options.allowLoss || before === read.recipe.records || read.records >= had) return read;
  read[Symbol.dispose]();
  const { records: _, ...others } = recipe;
  return lookThrough(batch, { ...others, ...(before !== undefined && { records: before }) }, options);
}

/** Decodes the whole batch and keeps counts; its columns only where they are one piece, else they are decoded again. */
async function lookThrough(batch: Batch, given: Recipe, { tools, limits }: ReadOptions): Promise<ReadBatch> {
  const decode = (recipe: Recipe) => preparePieces(batch, recipe, tools, { step: stepRunner(tools), limits });
  let seen = { recipe: tools.writer.fit(given), records: 0, rows: 0, rejects: 0, lacksSchema: false };
  const pieces = decode(seen.recipe);
  for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next()) {
    const isWhole = seen.records === 0 && piece.value.decoded.earlyEnd === undefined;
    seen = withPiece(seen, piece.value);
    if (isWhole)
      return { ...seen, pieces: onlyPiece(piece.value), [Symbol.dispose]: () => piece.value[Symbol.dispose]() };
  }
  return { ...seen, pieces: () => decode(seen.recipe), [Symbol.dispose]: () => {} };
}

type Seen = Omit<ReadBatch, 'pieces' | keyof Disposable>;

function withPiece(before: Seen, { recipe, decoded: { rowCount, rejects, tombstones } }: PreparedBatch): Seen {
  return {
    recipe,
    records: before.records + rowCount + rejects.length + tombstones,
    rows: before.rows + rowCount,
    rejects: before.rejects + rejects.length,
    lacksSchema: before.lacksSchema || rejects.some(({ reason }) => reason === 'unknown-schema'),
  };
}

function onlyPiece(piece: PreparedBatch): () => Iterable<PreparedBatch> {
  return () => [piece];
}

/**
 * Says why rows could not be read again: by another VALUE_FORMAT, or since the registry lost their schema. `undefined` where they can, or where
 * the rules for records have become stricter, which is meant.
 */
export function whyRejected(
  rows: number,
  { recipe: before, outcome: { deadLetters } }: WrittenEntry,
  { recipe: now, rows: rowCount, rejects, lacksSchema }: ReadBatch,
): string | undefined {
  if (rowCount >= rows || rejects <= deadLetters) return undefined;
  if (!lacksSchema && !readsLess(now.valueFormat, before.valueFormat)) return undefined;
  const cause = lacksSchema
    ? 'the registry lacks schemas'
    : `VALUE_FORMAT is ${now.valueFormat}, was ${before.valueFormat}`;
  return `${cause}: of its ${rows} rows ${rowCount} would be left, the others dead letters; --allow-loss replaces them all the same`;
}
