import { smaller } from '../../../runtime/bigints.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import { finishFromTables } from '../claim/finish-from-tables.ts';
import { finishFromLake } from '../claim/finish-from-lake.ts';
import { keysOfClaim } from '../write/leftovers.ts';
import { gapEntry, recordGap, type Gap } from './record-gap.ts';
import { stepRunner, type StepRunner } from '../tools/step-runner.ts';
import type { ClaimResult, Versioned } from '../../ledger/chain/entry-store.ts';
import type { ClaimedEntry, GapEntry, LedgerEntry } from '../../ledger/entry/ledger-entry.ts';
import type { LedgerPath } from '../../ledger/keys/ledger-keys.ts';
import { decidedOffset } from '../../ledger/notes/topic-start.ts';
import { findPosition } from '../../ledger/topic/chain-position.ts';
import type { AssignedPartition, OffsetRange, TopicReader, Watermarks } from '../../ports/topic.ts';

export interface SkipRequest extends OffsetRange {
  /** Why the range is given up; kept in the ledger. */
  readonly reason: string;
  /** How long to wait until everything before the range is written. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

export interface SkipTools {
  readonly tools: CommitTools;
  readonly reader: TopicReader;
}

/** How often the ledger is asked how far it has come. */
const pollMs = 1000;

/**
 * Books a range that can't be read as a gap, with its reason, so that its partition goes on behind it. It may run beside the service,
 * which writes what lies before the range and notices the gap by itself. Rejects with SKIP_REFUSED when the ledger is past the range
 * already, or does not reach it in time; with LEDGER_BEHIND and TOPIC_RECREATED as the service does.
 */
export async function skipRange(request: SkipRequest, { tools, reader }: SkipTools): Promise<GapEntry> {
  const { clock } = tools;
  const step = stepRunner(tools, request.signal);
  const { topicId, partitions } = await step('topic', () => reader.describe());
  const { partition, from, to, reason: why } = request;
  const assigned = { partition, topicId, ...marksOf(request, partitions) };
  const path = { table: tools.table, topic: tools.topic, partition };
  await step('position', () => findPosition(path, assigned, { ledger: tools.ledger, reader }));
  const gap: Gap = { partition, from, to, why, isAcknowledged: true, ...(topicId !== undefined && { topicId }) };
  const giveUpMs = clock.monotonicMs() + request.waitMs;
  for (;;) {
    const progress = await look(request, assigned, tools, step);
    if (progress.kind === 'skipped') return progress.entry;
    if (progress.kind === 'reached') return gapOf(await step('claim', () => recordGap(gap, tools)), request);
    if (progress.kind === 'claim') {
      const passed = await passClaim(gap, progress.claim, tools, step);
      if (passed !== undefined) return gapOf(passed, request);
    }
    if (clock.monotonicMs() >= giveUpMs) throw refused(request, `only what lies before ${progress.end} is written`);
    await clock.sleep(pollMs, request.signal);
  }
}

function marksOf(request: SkipRequest, partitions: ReadonlyMap<number, Watermarks>): Watermarks {
  const marks = partitions.get(request.partition);
  if (marks === undefined) throw refused(request, 'the topic has no such partition');
  if (request.to <= request.from) throw refused(request, 'there is nothing in it');
  if (request.to > marks.high) throw refused(request, `the topic ends at ${marks.high}`);
  return marks;
}

/** How far the ledger has come, seen from the range. */
type Progress =
  | { readonly kind: 'before'; readonly end: bigint }
  /** The range, or a part of it, is claimed and can't be fulfilled. */
  | { readonly kind: 'claim'; readonly claim: Versioned<ClaimedEntry>; readonly end: bigint }
  | { readonly kind: 'reached' }
  /** An earlier call has booked the gap. */
  | { readonly kind: 'skipped'; readonly entry: GapEntry };

async function look(
  request: SkipRequest,
  assigned: AssignedPartition,
  tools: CommitTools,
  step: StepRunner,
): Promise<Progress> {
  const { partition, from, to } = request;
  const path = { table: tools.table, topic: tools.topic, partition };
  const there = await step('position', () => tools.ledger.get(path, from));
  if (there?.entry.state === 'gap' && there.entry.to === to) return { kind: 'skipped', entry: there.entry };
  const last = await step('position', () => tools.ledger.last(path, undefined));
  const end = endOf(last?.entry) ?? (await step('position', () => beginOf(path, assigned, tools)));
  if (end > from) throw refused(request, `everything before ${end} is in the ledger already`);
  if (last?.entry.state !== 'claimed') return end === from ? { kind: 'reached' } : { kind: 'before', end };
  return last.entry.to > from ? { kind: 'claim', claim: { ...last, entry: last.entry }, end } : { kind: 'before', end };
}

/** Where the service begins a chain of which there is no entry yet: what is noted counts, also of a table that was adopted. */
async function beginOf(path: LedgerPath, assigned: AssignedPartition, { ledger }: CommitTools): Promise<bigint> {
  const begin = decidedOffset(await ledger.decidedStart(path), assigned) ?? assigned.low;
  const noted = await ledger.start(path);
  return noted === undefined ? begin : smaller(noted.from, begin);
}

/** Where the ledger's written part ends. */
function endOf(last: LedgerEntry | undefined): bigint | undefined {
  return last?.state === 'claimed' ? last.from : last?.to;
}

/**
 * Takes a claim that stands in the way. If all of its objects are in the lake, or its rows in an Iceberg table, it needs nothing of Kafka and is finished. If it begins
 * before the range, it is cut there, and the service writes the rest of it. If it begins with the range, it becomes the gap, and what it has
 * put is deleted.
 */
async function passClaim(
  gap: Gap,
  claim: Versioned<ClaimedEntry>,
  tools: CommitTools,
  step: StepRunner,
): Promise<ClaimResult<GapEntry> | undefined> {
  const { entry } = claim;
  const finished = (await finishFromLake(claim, tools, step)) ?? (await finishFromTables(claim, tools, step));
  if (finished?.kind === 'ours')
    throw refused(gap, `its records are in the lake: [${entry.from}, ${entry.to}) was claimed, and is finished now`);
  const obsolete = await keysOfClaim(entry, tools);
  if (entry.from === gap.from) {
    const passed = await step('claim', () => tools.ledger.replace(claim, gapEntry({ ...gap, obsolete }, tools)));
    if (passed.kind === 'ours') await tools.writer.objects.delete(obsolete);
    return passed;
  }
  const shorter: ClaimedEntry = {
    ...entry,
    to: gap.from,
    generation: entry.generation + 1,
    writer: tools.newWriterId(),
    plan: [],
    obsolete,
  };
  await step('claim', () => tools.ledger.replace(claim, shorter));
  return undefined;
}

function gapOf(result: ClaimResult<GapEntry>, request: SkipRequest): GapEntry {
  if (result.kind === 'ours') return result.claim.entry;
  const { from, to, state } = result.found.entry;
  throw refused(request, `another process has [${from}, ${to}) by now (${state})`);
}

function refused({ partition, from, to }: OffsetRange, why: string): PipelineError {
  return new PipelineError('SKIP_REFUSED', {
    message: `offsets [${from}, ${to}) of partition ${partition} can't be skipped: ${why}`,
    retryable: false,
    details: { partition, from: from.toString(), to: to.toString() },
    hint: 'skip what the service’s log names; what lies before is written by the service, or by `glueless consume --until-end`',
  });
}
