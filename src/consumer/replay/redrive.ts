import { isDeepStrictEqual } from 'node:util';
import { PipelineError } from '../../runtime/errors.ts';
import type { RejectReason } from '../columns/parse/parse-record.ts';
import type { CommitTools } from '../commit/tools/commit-tools.ts';
import { discardLeftovers } from '../commit/write/leftovers.ts';
import { endReplacements, putReplacement, type PutReplacement } from '../commit/replace/replace-entry.ts';
import { undoReplacement } from '../commit/replace/undo-replacement.ts';
import { isExpired, readExpiry } from '../ledger/notes/expired-days.ts';
import type { Versioned } from '../ledger/chain/entry-store.ts';
import { isWritten, type WrittenEntry, type WrittenObject } from '../ledger/entry/ledger-entry.ts';
import type { DecodeLimits } from '../ports/decode-limits.ts';
import type { ObjectStore } from '../ports/lake.ts';
import type { ParquetReader } from '../ports/parquet.ts';
import { readDeadLetters, type DeadLetter } from '../table/dead-letters/dead-letter-chunk.ts';
import { redrivenPieces, type RedriveResult } from './redriven-pieces.ts';
import { togetherMax } from './replay-plan.ts';

export interface RedriveOptions {
  readonly tools: CommitTools;
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
  /** Only dead letters with this reason; all when left out. */
  readonly reason?: RejectReason | undefined;
  readonly isDryRun: boolean;
  /** Limits of the rows that are in memory at a time. */
  readonly limits: DecodeLimits;
}

const nothing: RedriveResult = { passed: 0, tombstones: 0, left: 0 };

/** Times that the entry is read again because others have replaced its dead letters meanwhile. */
const looksMax = 5;

export interface RedriveAllOptions extends RedriveOptions {
  readonly signal: AbortSignal;
  /** Called with each entry once its rows are in the lake. */
  readonly onRedriven: (entry: WrittenEntry, result: RedriveResult) => Promise<void>;
}

/** An entry whose new objects are put; the old ones still count. */
interface PutRedrive {
  readonly entry: WrittenEntry;
  readonly result: RedriveResult;
  readonly replacement: PutReplacement;
}

/**
 * Redrives these entries until the signal aborts. Where readers see snapshots, one change of each table shows the rows of many entries, and nothing
 * of them is shown when the process is killed before. What was begun is ended also when an entry fails.
 */
export async function redriveEntries(
  entries: AsyncIterable<Versioned<WrittenEntry>>,
  { signal, onRedriven, ...options }: RedriveAllOptions,
): Promise<void> {
  const { tools } = options;
  const entriesMax = tools.publication === undefined ? 1 : togetherMax;
  let put: PutRedrive[] = [];
  const end = async (): Promise<void> => {
    const ending = put;
    put = [];
    await endReplacements(
      ending.map(({ replacement }) => replacement),
      tools,
    );
    for (const { entry, result } of ending) await onRedriven(entry, result);
  };
  try {
    for await (const current of entries) {
      if (signal.aborted) break;
      const { result, replacement } = options.isDryRun
        ? await countRedrive(current, options)
        : await putRedrive(current, options);
      if (replacement === undefined) await onRedriven(current.entry, result);
      else put.push({ entry: current.entry, result, replacement });
      if (put.length === entriesMax) await end();
    }
  } finally {
    await end();
  }
}

interface Redriven {
  readonly result: RedriveResult;
  /** Left out where nothing is to be changed. */
  readonly replacement?: PutReplacement | undefined;
}

/**
 * Sends one entry's dead letters through the current rules. What passes becomes rows in new objects of the entry, or is counted as a
 * tombstone; what does not stays, in new objects too. The objects of rows stay as they are. This is the first half: the new objects are put. Where
 * nothing passes, that was all.
 */
async function putRedrive(listed: Versioned<WrittenEntry>, options: RedriveOptions): Promise<Redriven> {
  const { tools } = options;
  if (listed.entry.outcome.deadLetters === 0) {
    await discardLeftovers(listed.entry, tools);
    return { result: nothing };
  }
  const { current, deadLetters, expired } = await readLatest(listed, options);
  const { entry } = current;
  const result = { ...nothing };
  const pieces = redrivenPieces({ entry, deadLetters, result }, options);
  const keeps = entry.outcome.objects.filter(({ kind }) => kind === 'rows');
  const replacement = await putReplacement({ current, pieces, why: 'redrive', keeps, expired }, tools);
  if (replacement !== undefined) return { result, replacement };
  // nothing to do, but for a replacement that did not end
  if (entry.state === 'replacing') await undoReplacement({ ...current, entry }, tools);
  else await discardLeftovers(entry, tools);
  return { result };
}

/** Tells what `putRedrive` would do, and changes nothing. */
async function countRedrive(listed: Versioned<WrittenEntry>, options: RedriveOptions): Promise<Redriven> {
  if (listed.entry.outcome.deadLetters === 0) return { result: nothing };
  const { current, deadLetters } = await readLatest(listed, options);
  const result = { ...nothing };
  // the pieces count what they are made of
  await Array.fromAsync(redrivenPieces({ entry: current.entry, deadLetters, result }, options), () => undefined);
  return { result };
}

/** The dead letters, and the entry as it was when all of their objects were there. */
async function readLatest(listed: Versioned<WrittenEntry>, options: RedriveOptions) {
  const { ledger } = options.tools;
  for (let current = listed, looks = 1; ; looks++) {
    const { entry } = current;
    const { gone, ...found } = await readAll(entry, options);
    if (gone === undefined) return { current, ...found };
    const latest = await ledger.get(entry, entry.from);
    const isLast = looks === looksMax || latest === undefined || isDeepStrictEqual(latest.entry, entry);
    if (isLast || !isWritten(latest.entry)) throw missing(gone, options.tools, entry);
    current = { ...latest, entry: latest.entry };
  }
}

interface ReadDeadLetters {
  readonly deadLetters: readonly DeadLetter[];
  /** Objects that are gone since their day has expired. */
  readonly expired: readonly WrittenObject[];
  /** The key of an object that is gone and should not be. */
  readonly gone?: string;
}

/** The entry's dead letters as far as their objects are there. */
async function readAll({ outcome }: WrittenEntry, { store, parquet, tools }: RedriveOptions): Promise<ReadDeadLetters> {
  const expired: WrittenObject[] = [];
  const rows: Record<string, unknown>[][] = [];
  for (const object of outcome.objects.filter(({ kind }) => kind === 'dead-letters')) {
    const { key, partition } = object;
    const stored = await store.get(key);
    if (stored !== undefined) rows.push(await parquet.rows(stored.bytes));
    else if (isExpired(partition, await readExpiry(store, tools.table))) expired.push(object);
    else return { deadLetters: readDeadLetters(rows.flat()), expired, gone: key };
  }
  return { deadLetters: readDeadLetters(rows.flat()), expired };
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
