import { chunkOfDeadLetters, readDeadLetters, type DeadLetter } from '../table/dead-letter-chunk.ts';
import type { CommitTools } from '../commit/commit-tools.ts';
import type { StepRunner } from '../commit/step-runner.ts';
import type { DecodedBatch, Reject } from '../columns/decode-batch.ts';
import type { Versioned } from '../ledger/ledger.ts';
import type { CommittedEntry, Outcome, ReplacingEntry } from '../ledger/ledger-entry.ts';
import { redriveKey } from '../ledger/object-keys.ts';
import type { RejectReason } from '../columns/parse-record.ts';
import type { ObjectStore } from '../ports/lake.ts';
import type { ParquetReader } from '../ports/parquet.ts';
import type { RecordChunk } from '../ports/record-chunk.ts';
import { replaceEntry } from '../commit/replace-entry.ts';

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
 * stays, in a new object too, since an object's content never shrinks under its key. The entry decides which of them count.
 */
export async function redriveEntry(
  current: Versioned<CommittedEntry | ReplacingEntry>,
  options: RedriveOptions,
): Promise<RedriveResult> {
  const letters = await readLetters(current.entry, options);
  const batch = decodeAgain(current.entry, letters, options);
  const result = { passed: batch.rowCount, left: batch.rejects.length };
  if (options.dryRun || batch.rowCount === 0) return result;
  await replaceEntry(
    current,
    (entry, step) => writeRedriven(entry, batch, { step, writer: options.tools.writer }),
    options.tools,
  );
  return result;
}

async function readLetters(
  { outcome }: CommittedEntry | ReplacingEntry,
  { store, parquet }: RedriveOptions,
): Promise<DeadLetter[]> {
  const rows: Record<string, unknown>[] = [];
  for (const { key } of outcome.objects.filter(({ kind }) => kind === 'dead-letters')) {
    const stored = await store.get(key);
    if (stored !== undefined) rows.push(...(await parquet.rows(stored.bytes)));
  }
  return readDeadLetters(rows);
}

function decodeAgain(
  entry: CommittedEntry | ReplacingEntry,
  letters: readonly DeadLetter[],
  { tools, reason }: RedriveOptions,
): DecodedBatch {
  const range = {
    topic: entry.topic,
    partition: entry.partition,
    from: BigInt(entry.from),
    to: BigInt(entry.to),
  };
  const chosen = letters.filter((letter) => reason === undefined || letter.reason === reason);
  const others = letters.filter((letter) => !chosen.includes(letter));
  const chunk = chunkOfDeadLetters(chosen, range);
  const decoded = tools.writer.decode([{ chunk, first: 0, end: chunk.count }], entry.placement);
  return { ...decoded, rejects: [...decoded.rejects, ...rejectsOf(others, chunkOfDeadLetters(others, range))] };
}

/** Dead letters that nobody asked for stay what they are. */
function rejectsOf(letters: readonly DeadLetter[], chunk: RecordChunk): Reject[] {
  return letters.map(({ reason, detail }, index) => ({ chunk, index, reason, detail }));
}

async function writeRedriven(
  entry: ReplacingEntry,
  batch: DecodedBatch,
  { step, writer }: { readonly step: StepRunner; readonly writer: CommitTools['writer'] },
): Promise<Outcome> {
  const before = entry.outcome;
  const round = nextRound(before);
  const settled = await step('settle', () => writer.settle(batch));
  const objects = before.objects.filter(({ kind }) => kind === 'rows');
  for (const draft of writer.plan(settled, entry)) {
    const bytes = await step('encode', () => draft.encode());
    const put = await step('put', () => writer.put({ ...draft, key: redriveKey(draft.key, round) }, bytes, 'replace'));
    objects.push(put.object);
  }
  await step('register', () => writer.register(settled, objects));
  return {
    ...before,
    rows: before.rows + batch.rowCount,
    deadLetters: batch.rejects.length,
    objects,
    catalogVersion: settled.catalogVersion,
  };
}

/** One more than any round whose objects the entry names or has named. */
function nextRound({ objects, obsolete = [] }: Outcome): number {
  const rounds = [...objects.map(({ key }) => key), ...obsolete].map((key) =>
    Number(/\.redrive-(\d+)\.parquet$/.exec(key)?.[1] ?? 0),
  );
  return Math.max(0, ...rounds) + 1;
}
