import { PipelineError } from '../../runtime/errors.ts';
import type { DecodedBatch, Reject } from '../columns/decode-batch.ts';
import type { RejectReason } from '../columns/parse-record.ts';
import type { CommitTools } from '../commit/commit-tools.ts';
import { discardLeftovers } from '../commit/leftovers.ts';
import { replaceEntry, undoReplacement } from '../commit/replace-entry.ts';
import type { Versioned } from '../ledger/ledger.ts';
import type { WrittenEntry } from '../ledger/ledger-entry.ts';
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

/**
 * Sends one entry's dead letters through the current rules. What passes becomes rows in new objects of the entry; what does not
 * stays, in new objects too. The objects of rows stay as they are.
 */
export async function redriveEntry(current: Versioned<WrittenEntry>, options: RedriveOptions): Promise<RedriveResult> {
  const { tools, dryRun } = options;
  const { entry } = current;
  if (entry.outcome.deadLetters === 0) {
    if (!dryRun) await discardLeftovers(entry, tools);
    return { passed: 0, left: 0 };
  }
  const deadLetters = await readAll(entry, options);
  const recipe = tools.writer.fit(tools.recipe);
  using decoded = await decodeAgain(entry, deadLetters, options);
  const result = { passed: decoded.rowCount, left: decoded.rejects.length };
  if (dryRun) return result;
  if (decoded.rowCount === 0) {
    // nothing to do, but for a replacement that did not end
    if (entry.state === 'replacing') await undoReplacement({ ...current, entry }, tools);
    else await discardLeftovers(entry, tools);
    return result;
  }
  const { lastRecord } = entry.outcome;
  using prepared = { recipe, decoded, ...tools.writer.group(decoded, recipe), lastRecord, [Symbol.dispose]: () => {} };
  const keeps = entry.outcome.objects.filter(({ kind }) => kind === 'rows');
  await replaceEntry({ current, prepared, why: 'redrive', keeps }, tools);
  return result;
}

/** The entry's dead letters. Rejects with STORE_MISSING when an object of theirs has gone: the entry has changed meanwhile. */
async function readAll({ outcome }: WrittenEntry, { store, parquet }: RedriveOptions): Promise<DeadLetter[]> {
  const rows: Record<string, unknown>[] = [];
  for (const { key } of outcome.objects.filter(({ kind }) => kind === 'dead-letters')) {
    const stored = await store.get(key);
    if (stored === undefined) {
      throw new PipelineError('STORE_MISSING', {
        message: `the dead letters in ${key} are gone: another replay or redrive has replaced them meanwhile`,
        retryable: false,
        hint: 'run it again; if it stays so, `glueless verify` says what is missing',
      });
    }
    rows.push(...(await parquet.rows(stored.bytes)));
  }
  return readDeadLetters(rows);
}

async function decodeAgain(
  { topic, partition, from, to }: WrittenEntry,
  deadLetters: readonly DeadLetter[],
  { tools, reason }: RedriveOptions,
): Promise<DecodedBatch> {
  const range = { topic, partition, from, to };
  const isChosen = (each: DeadLetter): boolean =>
    each.value !== undefined && (reason === undefined || each.reason === reason);
  const chosen = deadLetters.filter(isChosen);
  const others = deadLetters.filter((each) => !isChosen(each));
  const chunk = chunkOfDeadLetters(chosen, range);
  const decoded = await tools.writer.decode([{ chunk, first: 0, end: chunk.count }], tools.writer.fit(tools.recipe));
  return { ...decoded, rejects: [...decoded.rejects, ...rejectsOf(others, chunkOfDeadLetters(others, range))] };
}

/** Dead letters that nobody asked for, or that kept no value, stay what they are. */
function rejectsOf(deadLetters: readonly DeadLetter[], chunk: RecordChunk): Reject[] {
  return deadLetters.map(({ reason, detail }, index) => ({ chunk, index, reason, detail }));
}
