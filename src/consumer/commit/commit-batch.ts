import type { Batch } from '../batch/partition-buffer.ts';
import type { CutReason } from '../batch/batch-policy.ts';
import type { DecodeLimits } from '../ports/decode-limits.ts';
import type { ClaimResult, Versioned } from '../ledger/chain/entry-store.ts';
import { isOfFormat1 } from '../ledger/keys/format-1.ts';
import {
  stateOfFormat,
  type ClaimedEntry,
  type CommittedEntry,
  type WrittenObject,
} from '../ledger/entry/ledger-entry.ts';
import type { LedgerPath } from '../ledger/keys/ledger-keys.ts';
import { takeOverFormat1 } from './claim/take-over-format-1.ts';
import { claimRange, raiseGeneration } from './claim/claim-range.ts';
import { chooseRecipe, isOfOurDecoder, ourRecipe, type ChosenRecipe } from './claim/choose-recipe.ts';
import type { CommitTools } from './tools/commit-tools.ts';
import { damaged } from './claim/damaged-claim.ts';
import { finishFromTables } from './claim/finish-from-tables.ts';
import { EntryGuard, Overtaken } from './write/entry-guard.ts';
import { prepareBatch, type PreparedBatch } from './write/prepared-batch.ts';
import { stepRunner, type StepRunner } from './tools/step-runner.ts';
import { checkObsolete, takeOverClaim } from './claim/take-over-claim.ts';
import { writeObjects, type WriteResult } from './write/write-objects.ts';
import { yieldTo } from './claim/yield-to.ts';

export interface CommitRequest {
  readonly batch: Batch;
  readonly reason: CutReason;
  /** The batch may end earlier, by these, unless its range is claimed already and the claim can't be cut. */
  readonly limits?: DecodeLimits;
  /** The id of the topic that the records were read from, where the broker tells it. */
  readonly topicId?: string | undefined;
  /** The claim to fulfil, where the range has one. */
  readonly claim?: Versioned<ClaimedEntry> | undefined;
  /** Offsets of the batch that Kafka lost since the claim. */
  readonly lost?: { readonly from: bigint; readonly to: bigint } | undefined;
  /** Tells the group; called once the ledger holds the batch. */
  readonly commitOffset: (entry: CommittedEntry) => Promise<void>;
}

export type CommitResult =
  | {
      readonly kind: 'committed';
      readonly entry: CommittedEntry;
      /** Why the batch ended where it did. */
      readonly reason: CutReason;
    }
  /** Another process has the range, or had it first. */
  | { readonly kind: 'theirs'; readonly found: Versioned };

/** A claim that needs a new generation this often has something wrong that trying again does not mend. */
const generationsMax = 5;

/**
 * The way of one batch into the lake. Every step can be run again after a crash anywhere, by any process, and gives the
 * same objects with the same rows:
 *
 * 1. decode: bytes to columns, by the claim's recipe where the range is claimed already. Where its rows or their
 *    values are more than was to be seen from outside, the batch ends here, earlier than it was cut
 * 2. claim: the ledger's entry is created; it fixes range, recipe, keys and what will be written
 * 3. grow: the table's schema in the catalog takes in the columns
 * 4. encode, 5. put: one Parquet object per Hive partition, dead letters too; a key that is taken is never written over
 * 6. register: Hive partitions in the catalog
 * 7. ledger: the entry says what was written: from here on the batch is in the lake
 * 8. offsets: the group's position, a hint
 */
export async function commitBatch(request: CommitRequest, tools: CommitTools): Promise<CommitResult> {
  const { batch, reason } = request;
  const { partition, from, to, bytes } = batch;
  const { topic, table } = tools;
  const trace = tools.tracer?.begin({ topic, table, partition, from, to, reason, bytesIn: bytes });
  try {
    const result = await takeSteps(request, tools, stepRunner({ ...tools, trace }));
    trace?.ended(result);
    return result;
  } catch (error) {
    trace?.ended({ kind: 'failed', error });
    throw error;
  }
}

async function takeSteps(given: CommitRequest, tools: CommitTools, step: StepRunner): Promise<CommitResult> {
  const startMs = tools.clock.monotonicMs();
  const kept = await takeFromTables(given, tools, step);
  if (kept !== undefined) return kept;
  using memory = new DisposableStack();
  const prepare = async (batch: Batch, { recipe, limits }: ChosenRecipe) =>
    memory.use(await prepareBatch(batch, recipe, tools, { step, limits }));
  let prepared = await prepare(given.batch, await chooseRecipe(given, tools, step));
  const { batch } = prepared;
  const { reason = given.reason } = prepared.decoded.earlyEnd ?? {};
  const request: CommitRequest = { ...given, batch, reason };
  let claimed = await step('claim', () => takeClaim(request, prepared, tools));
  for (let tries = 1; claimed.kind === 'ours'; tries++) {
    const attempt: Attempt = { request, claim: claimed.claim, prepared, created: [], format1: [], startMs };
    const { entry } = claimed.claim;
    const written = await write(attempt, tools, step);
    if (written.kind === 'theirs') return written;
    if (written.kind === 'written') return await finish(attempt, written, tools, step);
    if (written.kind === 'damaged' || tries === generationsMax)
      throw damaged(entry, damageOf(entry, written), 'keys' in written ? written.keys : undefined);
    // what another version has claimed was prepared for this one from the start
    if (written.kind === 'misfit' && isOfOurDecoder(entry)) prepared = await prepare(batch, ourRecipe(tools));
    claimed = await step('claim', () => raiseGeneration(attempt.claim, prepared, attempt.format1, tools));
    if (claimed.kind === 'theirs') await yieldTo(claimed.found, attempt, tools, step);
  }
  return claimed;
}

/** Commits a claim of which Kafka has lost records, where Iceberg tables have all of them. */
async function takeFromTables(
  { claim, lost, reason, commitOffset }: CommitRequest,
  tools: CommitTools,
  step: StepRunner,
): Promise<CommitResult | undefined> {
  const result = claim && lost && (await finishFromTables(claim, tools, step));
  if (result?.kind === 'theirs') return result;
  if (result?.kind !== 'ours') return undefined;
  const { entry } = result.claim;
  await step('offsets', () => commitOffset(entry));
  return { kind: 'committed', entry, reason };
}

function damageOf(entry: ClaimedEntry, written: WriteResult) {
  if ('areCopies' in written && written.areCopies) return 'copies';
  return isOfOurDecoder(entry) ? 'objects' : 'other-version';
}

/** One try to write what is claimed. */
interface Attempt {
  readonly request: CommitRequest;
  readonly claim: Versioned<ClaimedEntry>;
  readonly prepared: PreparedBatch;
  /** Objects that this try has put. */
  readonly created: WrittenObject[];
  /** What a process of ledger format 1 has put. */
  readonly format1: string[];
  readonly startMs: number;
}

async function takeClaim(
  { claim, ...facts }: CommitRequest,
  prepared: PreparedBatch,
  tools: CommitTools,
): Promise<ClaimResult<ClaimedEntry>> {
  return claim === undefined ? claimRange(prepared, facts, tools) : { kind: 'ours', claim };
}

async function write(
  attempt: Attempt,
  tools: CommitTools,
  step: StepRunner,
): Promise<WriteResult | Extract<CommitResult, { kind: 'theirs' }>> {
  const { claim, prepared, created } = attempt;
  const { entry } = claim;
  if (isOfFormat1(entry)) {
    const { found, result } = await takeOverFormat1(entry, prepared, tools, step);
    attempt.format1.push(...found.map(({ key }) => key));
    return result;
  }
  if (!isOfOurDecoder(entry)) {
    const taken = await takeOverClaim(entry, prepared, tools, step);
    if (taken.kind === 'anew') return { kind: 'misfit' };
    if (taken.kind !== 'onward') return taken;
  }
  await checkObsolete(entry, prepared, tools, step);
  const guard = new EntryGuard(claim, tools);
  try {
    return await writeObjects({ range: entry, prepared, plan: entry.plan, guard, created }, tools, step);
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    await yieldTo(error.found, attempt, tools, step);
    return { kind: 'theirs', found: error.found };
  }
}

/** Takes steps 7 and 8, and deletes what the entry's earlier generations may have left. */
async function finish(
  attempt: Attempt,
  written: Extract<WriteResult, { kind: 'written' }>,
  tools: CommitTools,
  step: StepRunner,
): Promise<CommitResult> {
  const { request, claim, startMs } = attempt;
  const { batch, reason, lost } = request;
  // what an earlier try has put is not lost, though Kafka no longer holds it
  const isKept = written.isWhole && claim === request.claim;
  const outcome = { ...written.outcome, ...(lost !== undefined && !isKept && { lost }) };
  const entry: CommittedEntry = { ...claim.entry, state: stateOfFormat[tools.tableFormat], outcome };
  const result = await step('ledger', () => tools.ledger.replace(claim, entry));
  if (result.kind === 'theirs') {
    await yieldTo(result.found, attempt, tools, step);
    return result;
  }
  await tools.writer.objects.delete(entry.obsolete ?? []);
  const tookMs = tools.clock.monotonicMs() - startMs;
  const { oldestTimestampMs } = written;
  tools.observer.committed?.({ entry, reason, bytesIn: batch.bytes, tookMs, oldestTimestampMs });
  await step('offsets', () => request.commitOffset(entry));
  await rollUp(entry, tools);
  return { kind: 'committed', entry, reason };
}

/** Keeps the ledger quick to read. A failure only leaves the work to a later commit, of this or another process. */
async function rollUp(path: LedgerPath, { ledger, observer }: CommitTools): Promise<void> {
  try {
    const segments = await ledger.rollUpWhenDue(path);
    if (segments > 0) observer.rolledUp?.(path, segments);
  } catch (error) {
    observer.rollUpFailed?.(path, error);
  }
}
