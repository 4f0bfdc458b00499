import { restOfBatch, shortenBatch, type Batch } from '../batch/partition-buffer.ts';
import type { Reject } from '../columns/decode-batch.ts';
import type { RejectReason } from '../columns/parse/parse-record.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import type { PreparedColumns } from '../commit/write/prepared-batch.ts';
import { stepRunner } from '../commit/tools/step-runner.ts';
import type { WrittenEntry } from '../ledger/entry/ledger-entry.ts';
import type { Recipe } from '../ledger/entry/recipe.ts';
import type { DecodeLimits } from '../ports/decode-limits.ts';
import type { RecordChunk } from '../ports/record-chunk.ts';
import { chunkOfDeadLetters, type DeadLetter } from '../table/dead-letters/dead-letter-chunk.ts';

export interface RedriveResult {
  /** Dead letters that became rows. */
  readonly passed: number;
  /** Those that are empty arrays by now: they stand for no row. */
  readonly tombstones: number;
  readonly left: number;
}

interface RedriveRequest {
  readonly entry: WrittenEntry;
  readonly deadLetters: readonly DeadLetter[];
  /** Filled as the pieces are gone through. */
  readonly result: { -readonly [name in keyof RedriveResult]: number };
}

interface RedriveRules {
  readonly tools: CommitTools;
  readonly reason?: RejectReason | undefined;
  readonly limits: DecodeLimits;
}

/**
 * Decodes an entry's dead letters by the current rules, as many at a time as the limits allow: yields what became rows, and with the last piece
 * all that did not. Yields nothing where all of them stay. The memory of a piece ends when the next one is asked for.
 */
export async function* redrivenPieces(
  { entry, deadLetters, result }: RedriveRequest,
  { tools, reason, limits }: RedriveRules,
): AsyncGenerator<PreparedColumns, void> {
  const { writer } = tools;
  const step = stepRunner(tools);
  const isChosen = (each: DeadLetter): boolean =>
    each.value !== undefined && (reason === undefined || each.reason === reason);
  const others = deadLetters.filter((each) => !isChosen(each));
  let rest = batchOf(deadLetters.filter(isChosen), entry);
  const rejects: Reject[] = [];
  let tombstones = 0;
  const pinned = await step('schemas', () => writer.pinSchemas(rest.slices, recipeFor(entry, tools)));
  const recipe = withSchemasOf(entry, pinned);
  for (;;) {
    using decoded = await step('decode', () => writer.decode(rest.slices, pinned, limits));
    const { earlyEnd } = decoded;
    const { records } = earlyEnd === undefined ? rest : shortenBatch(rest, earlyEnd.offset);
    for (const reject of decoded.rejects) rejects.push(reject);
    tombstones += decoded.tombstones;
    result.tombstones += decoded.tombstones;
    result.passed += records - decoded.rejects.length - decoded.tombstones;
    if (earlyEnd === undefined)
      for (const reject of rejectsOf(others, chunkOfDeadLetters(others, entry))) rejects.push(reject);
    if (decoded.rowCount > 0 || (earlyEnd === undefined && hasChange(result))) {
      const piece = { ...decoded, tombstones, rejects: earlyEnd === undefined ? rejects : [] };
      yield { recipe, decoded: piece, ...writer.group(piece, recipe), lastRecord: entry.outcome.lastRecord };
      tombstones = 0;
    }
    if (earlyEnd === undefined) break;
    rest = restOfBatch(rest, earlyEnd.offset);
  }
  result.left = rejects.length;
}

/** False where all dead letters stay what they are. */
function hasChange({ passed, tombstones }: RedriveResult): boolean {
  return passed + tombstones > 0;
}

function batchOf(deadLetters: readonly DeadLetter[], { topic, partition, from, to }: WrittenEntry): Batch {
  const chunk = chunkOfDeadLetters(deadLetters, { topic, partition, from, to });
  const { count, bytes } = chunk;
  return { partition, from, to, records: count, bytes: bytes.length, slices: [{ chunk, first: 0, end: count }] };
}

/** The configured rules. But the rows that stay may be several of one offset: then the entry keeps the rule that allows it. */
function recipeFor({ recipe: { records } }: WrittenEntry, { writer, recipe }: CommitTools): Recipe {
  const fitted = writer.fit(recipe);
  return fitted.records !== undefined || records === undefined ? fitted : { ...fitted, records };
}

/** The rows that stay were read by the entry's schemas. */
function withSchemasOf({ recipe: { schemas: before = [] } }: WrittenEntry, recipe: Recipe): Recipe {
  return recipe.schemas === undefined ? recipe : { ...recipe, schemas: [...new Set([...before, ...recipe.schemas])] };
}

/** Dead letters that nobody asked for, or that kept no value, stay what they are. */
function rejectsOf(deadLetters: readonly DeadLetter[], chunk: RecordChunk): Reject[] {
  return deadLetters.map(({ reason, detail }, index) => ({ chunk, index, reason, detail }));
}
