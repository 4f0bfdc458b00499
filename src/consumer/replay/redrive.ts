import { isDeepStrictEqual } from 'node:util';
import { PipelineError } from '../../runtime/errors.ts';
import type { DecodedBatch, Reject } from '../columns/decode-batch.ts';
import type { RejectReason } from '../columns/parse-record.ts';
import type { CommitTools } from '../commit/commit-tools.ts';
import { discardLeftovers } from '../commit/leftovers.ts';
import { stepRunner } from '../commit/step-runner.ts';
import { replaceEntry, undoReplacement } from '../commit/replace-entry.ts';
import { isExpired, readExpiry } from '../ledger/expired-days.ts';
import type { Versioned } from '../ledger/entry-store.ts';
import { isWritten, type WrittenEntry } from '../ledger/ledger-entry.ts';
import type { Recipe } from '../ledger/recipe.ts';
import type { ObjectStore } from '../ports/lake.ts';
import type { ParquetReader } from '../ports/parquet.ts';
import type { RecordChunk } from '../ports/record-chunk.ts';
import { chunkOfDeadLetters, readDeadLetters, type DeadLetter } from '../table/dead-letter-chunk.ts';

export interface RedriveOptions {
  readonly tools: CommitTools;
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
  /** Only dead letters with this reason; all when left out. */
  readonly reason?: RejectReason;
  readonly dryRun: boolean;
}

export interface RedriveResult {
  /** Dead letters that became rows. */
  readonly passed: number;
  readonly left: number;
}

/** Times that the entry is read again because others have replaced its dead letters meanwhile. */
const looksMax = 5;

/**
 * Sends one entry's dead letters through the current rules. What passes becomes rows in new objects of the entry; what does not
 * stays, in new objects too. The objects of rows stay as they are.
 */
export async function redriveEntry(listed: Versioned<WrittenEntry>, options: RedriveOptions): Promise<RedriveResult> {
  const { tools, dryRun } = options;
  if (listed.entry.outcome.deadLetters === 0) {
    if (!dryRun) await discardLeftovers(listed.entry, tools);
    return { passed: 0, left: 0 };
  }
  const { current, deadLetters } = await readLatest(listed, options);
  const { entry } = current;
  const { decoded: again, recipe } = await decodeAgain({ entry, deadLetters }, options);
  using decoded = again;
  const result = { passed: decoded.rowCount, left: decoded.rejects.length };
  if (dryRun) return result;
  if (decoded.rowCount === 0) {
    // nothing to do, but for a replacement that did not end
    if (entry.state === 'replacing') await undoReplacement({ ...current, entry }, tools);
    else await discardLeftovers(entry, tools);
    return result;
  }
  const { lastRecord } = entry.outcome;
  const prepared = { recipe, decoded, ...tools.writer.group(decoded, recipe), lastRecord };
  const keeps = entry.outcome.objects.filter(({ kind }) => kind === 'rows');
  await replaceEntry({ current, prepared, why: 'redrive', keeps }, tools);
  return result;
}

/** The dead letters, and the entry as it was when all of their objects were there. */
async function readLatest(listed: Versioned<WrittenEntry>, options: RedriveOptions) {
  const { ledger } = options.tools;
  for (let current = listed, looks = 1; ; looks++) {
    const { entry } = current;
    const { deadLetters, gone } = await readAll(entry, options);
    if (gone === undefined) return { current, deadLetters };
    const found = await ledger.get(entry, entry.from);
    const isLast = looks === looksMax || found === undefined || isDeepStrictEqual(found.entry, entry);
    if (isLast || !isWritten(found.entry)) throw missing(gone, options.tools, entry);
    current = { ...found, entry: found.entry };
  }
}

/** The entry's dead letters as far as their objects are there, and the key of one that has gone; those of expired days may be. */
async function readAll(
  { outcome }: WrittenEntry,
  { store, parquet, tools }: RedriveOptions,
): Promise<{ readonly deadLetters: readonly DeadLetter[]; readonly gone?: string }> {
  const rows: Record<string, unknown>[] = [];
  for (const { key, partition } of outcome.objects.filter(({ kind }) => kind === 'dead-letters')) {
    const stored = await store.get(key);
    if (stored === undefined && isExpired(partition, await readExpiry(store, tools.table))) continue;
    if (stored === undefined) return { deadLetters: readDeadLetters(rows), gone: key };
    rows.push(...(await parquet.rows(stored.bytes)));
  }
  return { deadLetters: readDeadLetters(rows) };
}

function missing(key: string, tools: CommitTools, { topic, partition, from, to }: WrittenEntry): PipelineError {
  const details = { key };
  const gone = `the dead letters in ${key} are gone, though the ledger lists them`;
  if (tools.tableFormat === 'hive')
    return new PipelineError('STORE_MISSING', {
      message: gone,
      retryable: false,
      details,
      hint: 'if no replay or redrive is running, `glueless verify` says what is missing',
    });
  return new PipelineError('STORE_MISSING', {
    message: `${gone}: another engine has written them into files of its own (OPTIMIZE) and removed ours (VACUUM), or has deleted them; redrive reads ours only`,
    retryable: false,
    details,
    hint: `read the range of ${topic} again while Kafka holds it: \`glueless replay --partition ${partition} --from-offset ${from} --to-offset ${to}\``,
  });
}

async function decodeAgain(
  { entry, deadLetters }: { readonly entry: WrittenEntry; readonly deadLetters: readonly DeadLetter[] },
  { tools, reason }: RedriveOptions,
): Promise<{ readonly decoded: DecodedBatch; readonly recipe: Recipe }> {
  const { topic, partition, from, to } = entry;
  const range = { topic, partition, from, to };
  const isChosen = (each: DeadLetter): boolean =>
    each.value !== undefined && (reason === undefined || each.reason === reason);
  const chosen = deadLetters.filter(isChosen);
  const others = deadLetters.filter((each) => !isChosen(each));
  const chunk = chunkOfDeadLetters(chosen, range);
  const slices = [{ chunk, first: 0, end: chunk.count }];
  const step = stepRunner(tools);
  const recipe = await step('schemas', () => tools.writer.pinSchemas(slices, recipeFor(entry, tools)));
  const decoded = await step('decode', () => tools.writer.decode(slices, recipe));
  const rejects = [...decoded.rejects, ...rejectsOf(others, chunkOfDeadLetters(others, range))];
  return { decoded: { ...decoded, rejects }, recipe: withSchemasOf(entry, recipe) };
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
