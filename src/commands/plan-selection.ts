import { checkNotBehind, checkSameLog } from '../consumer/ledger/topic/chain-position.ts';
import type { Versioned } from '../consumer/ledger/chain/entry-store.ts';
import { readGroupCommits } from '../consumer/ledger/topic/group-commits.ts';
import type { Ledger } from '../consumer/ledger/ledger.ts';
import type { LedgerPath } from '../consumer/ledger/keys/ledger-keys.ts';
import { sourceOfStart } from '../consumer/ledger/notes/topic-start.ts';
import type { OffsetRange, TopicDescription, TopicReader, Watermarks } from '../consumer/ports/topic.ts';
import { planReplay, type PlanOptions, type ReplayItem } from '../consumer/replay/replay-plan.ts';
import { larger, smaller } from '../runtime/bigints.ts';
import { unreachable, wrongUsage } from '../runtime/errors.ts';

/** Which records a replay is to read: by offsets of one Kafka partition, by Kafka timestamps, or all. Both ends are half-open. */
export interface ReplaySelection {
  readonly partition?: number;
  readonly fromOffset?: bigint;
  readonly toOffset?: bigint;
  readonly fromTime?: Date;
  readonly toTime?: Date;
  readonly all: boolean;
}

export interface SelectionTools {
  readonly reader: TopicReader;
  readonly ledger: Ledger;
  readonly description: TopicDescription;
  readonly table: string;
  readonly topic: string;
  readonly groupId: string;
  /** No service reads into this table, so that its ledger may begin anywhere. */
  readonly beginsAnywhere: boolean;
  /** A batch of which Kafka holds a part is replaced by that part. */
  readonly allowLoss?: boolean;
}

/** Plans the replay of a selection in all of its Kafka partitions, once the ledger is known to be of this topic and not behind the group. */
export async function planSelection(
  selection: ReplaySelection,
  { reader, ledger, description, table, topic, groupId, beginsAnywhere, allowLoss = false }: SelectionTools,
): Promise<ReplayItem[]> {
  const { partitions, topicId } = description;
  const ranges = await selectRanges(reader, partitions, selection);
  const committed = await readGroupCommits(reader, groupId);
  const plans: ReplayItem[][] = [];
  for (const { range, marks } of ranges) {
    if (range.from >= range.to) continue;
    const path = { table, topic, partition: range.partition };
    const last = await ledger.last(path, undefined);
    const commit = committed?.get(range.partition);
    checkNotBehind(path, { low: marks.low, ...(commit && { committed: commit }) }, last?.entry);
    if (last !== undefined) await checkSameLog(path, last.entry, { ...marks, topicId }, { ledger, reader });
    const entries = await entriesFor(range, path, last?.entry.to, ledger);
    const start = await startOf(path, ledger);
    // lakes of older versions have no note
    const assumed = last === undefined || beginsAnywhere ? {} : { start: marks.low };
    plans.push(planReplay(range, entries, marks, { beginsAnywhere, allowLoss, ...assumed, ...start }));
  }
  return plans.flat();
}

/** Where an empty chain begins, if that is decided. */
async function startOf(path: LedgerPath, ledger: Ledger): Promise<Pick<PlanOptions, 'start' | 'before'>> {
  const noted = await ledger.start(path);
  const decided = noted === undefined ? await ledger.decidedStart(path) : undefined;
  const start = noted?.from ?? decided?.from.get(path.partition);
  if (start === undefined) return {};
  const source = sourceOfStart(noted?.chosen ?? decided?.chosen);
  return { start, ...(source !== undefined && { before: `it is in the files of ${source} that were adopted` }) };
}

/** Rejects a selection that says nothing, or two things. */
export function checkSelection({ all, fromOffset, toOffset, fromTime, toTime, partition }: ReplaySelection): void {
  const byOffset = fromOffset !== undefined || toOffset !== undefined;
  const byTime = fromTime !== undefined || toTime !== undefined;
  if ([all, byOffset, byTime].filter(Boolean).length !== 1) {
    throw wrongUsage(
      'say which records: --all, or --from-offset/--to-offset with --partition, or --from-time/--to-time',
    );
  }
  if (fromOffset !== undefined && toOffset !== undefined && fromOffset >= toOffset)
    throw wrongUsage(`nothing lies in [${fromOffset}, ${toOffset}): say --from-offset below --to-offset`);
  if (fromTime !== undefined && toTime !== undefined && fromTime >= toTime)
    throw wrongUsage('nothing lies between these times: say --from-time before --to-time');
  if (byOffset && partition === undefined)
    throw wrongUsage('offsets belong to one Kafka partition: say --partition too');
}

interface SelectedRange {
  readonly range: OffsetRange;
  readonly marks: Watermarks;
}

async function selectRanges(
  reader: TopicReader,
  watermarks: TopicDescription['partitions'],
  selection: ReplaySelection,
): Promise<SelectedRange[]> {
  const { fromOffset, toOffset, fromTime, toTime, partition: only } = selection;
  const starts = fromTime && (await reader.offsetsAt(fromTime.getTime()));
  const ends = toTime && (await reader.offsetsAt(toTime.getTime()));
  if (only !== undefined && !watermarks.has(only)) throw wrongUsage(`the topic has no partition ${only}`);
  return [...watermarks]
    .filter(([partition]) => only === undefined || partition === only)
    .map(([partition, marks]) => {
      // what the ledger has below the low watermark is listed too, and left alone
      const from = fromOffset ?? starts?.get(partition) ?? 0n;
      const to = toOffset ?? ends?.get(partition) ?? marks.high;
      return { range: { partition, from, to }, marks };
    })
    .toSorted((a, b) => a.range.partition - b.range.partition);
}

/** The entries that meet the range and those before and behind it, the chain's last one in any case: what lies between it and the range is written too. */
async function entriesFor(
  { from, to }: OffsetRange,
  path: LedgerPath,
  chainEnd: bigint | undefined,
  ledger: Ledger,
): Promise<Versioned[]> {
  if (chainEnd === undefined) return [];
  const first = from < chainEnd ? from : chainEnd - 1n;
  const wanted = { from: first, to: to > first ? to : chainEnd };
  const met = await Array.fromAsync(ledger.entries(path, wanted));
  if (areWhole(met, { from: first, to: smaller(wanted.to, chainEnd) })) return met;
  const { before = 0n, behind = chainEnd - 1n } = await ledger.neighbours(path, wanted);
  return Array.fromAsync(ledger.entries(path, { from: before, to: larger(behind + 1n, wanted.to) }));
}

/** True when the entries cover the range without a hole. */
function areWhole(entries: readonly Versioned[], { from, to }: Pick<OffsetRange, 'from' | 'to'>): boolean {
  let next = from;
  for (const { entry } of entries) {
    if (entry.from > next) return false;
    next = larger(next, entry.to);
  }
  return next >= to;
}

/** Says what is done to an item, for an operator. */
export function describe(item: ReplayItem): string {
  const { partition, from, to } = item.range;
  const where = `partition ${partition} [${from}, ${to})`;
  switch (item.kind) {
    case 'replace':
      return item.heldFrom === undefined
        ? `${where}: will be read again, and its objects replaced`
        : `${where}: will be read again from ${item.heldFrom} on, and its objects replaced, or kept where some of them are gone: Kafka no longer holds what comes before`;
    case 'finish':
      return item.heldFrom === undefined
        ? `${where}: claimed and never written, will be finished`
        : `${where}: claimed and never written, will be finished if its objects are there: Kafka no longer holds ${item.heldFrom < to ? `what comes before ${item.heldFrom}` : 'it'}`;
    case 'take-back':
      return `${where}: a gap, will be written${item.heldFrom === undefined ? '' : ` from ${item.heldFrom} on: Kafka no longer holds what comes before`}`;
    case 'write':
      return `${where}: not in the ledger yet, will be written`;
    case 'fill':
      return item.heldFrom === undefined
        ? `${where}: its ledger entry is gone, will be written again`
        : `${where}: its ledger entry is gone, and Kafka no longer holds what comes before ${item.heldFrom}: what the lake has in objects of its own will be entered again, and the rest written as far as Kafka holds it`;
    case 'tidy':
      return `${where}: Kafka no longer holds it, what an earlier replay has replaced will be deleted`;
    case 'undo':
      return `${where}: a replay or redrive of it did not end and Kafka no longer holds it, will go back to its objects`;
    case 'leave':
      return `${where}: left alone: ${item.why}`;
    default:
      return unreachable(item);
  }
}
