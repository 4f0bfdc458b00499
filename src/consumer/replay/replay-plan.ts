import { larger, smaller } from '../../runtime/bigints.ts';
import type { Versioned } from '../ledger/chain/entry-store.ts';
import {
  mayHaveLeftovers,
  type ClaimedEntry,
  type GapEntry,
  type ReplacingEntry,
  type WrittenEntry,
} from '../ledger/entry/ledger-entry.ts';
import type { OffsetRange, Watermarks } from '../ports/topic.ts';

/** One piece of a replay, in the order it is done. */
export type ReplayItem =
  /** The ledger has the range as one batch: it is read again and its objects are exchanged. */
  | {
      readonly kind: 'replace';
      readonly range: OffsetRange;
      readonly current: Versioned<WrittenEntry>;
      /** The first offset of it that Kafka still holds, where that is not its first one. */
      readonly heldFrom?: bigint;
    }
  /** Claimed and never written: it is finished. */
  | {
      readonly kind: 'finish';
      readonly range: OffsetRange;
      readonly current: Versioned<ClaimedEntry>;
      /** The first offset of it that Kafka still holds, or its end, where that is not its first one. */
      readonly heldFrom?: bigint;
    }
  /** A gap that the selection names, of which Kafka holds records: they are written. */
  | {
      readonly kind: 'take-back';
      readonly range: OffsetRange;
      readonly current: Versioned<GapEntry>;
      /** The first offset of it that Kafka still holds, where that is not its first one. */
      readonly heldFrom?: bigint;
    }
  /** A replay or redrive of it did not end, and Kafka no longer has it: it goes back to the objects it has. */
  | { readonly kind: 'undo'; readonly range: OffsetRange; readonly current: Versioned<ReplacingEntry> }
  /** Kafka no longer has it; what an earlier replay has replaced and could not delete goes. */
  | {
      readonly kind: 'tidy';
      readonly range: OffsetRange;
      readonly current: Versioned<WrittenEntry>;
      readonly passed: PassedEntry;
    }
  /** Not in the ledger yet. */
  | { readonly kind: 'write'; readonly range: OffsetRange }
  /** The ledger has what comes before and behind it, and nothing of the range: its entries are gone. What the lake has of it is replaced. */
  | {
      readonly kind: 'fill';
      readonly range: OffsetRange;
      /** The first offset of it that Kafka still holds, where that is not its first one; its end where Kafka holds nothing of it. */
      readonly heldFrom?: bigint;
    }
  /** Left alone, and why. */
  | {
      readonly kind: 'leave';
      readonly range: OffsetRange;
      readonly why: string;
      /** It was to be read again, and Kafka no longer holds it. */
      readonly isRefused?: boolean;
      /** A batch that Kafka has passed, and the first offset of it that Kafka still holds, or its end. */
      readonly passed?: PassedEntry;
    };

/** An entry of which Kafka no longer holds all offsets. */
export interface PassedEntry {
  readonly current: Versioned<WrittenEntry>;
  readonly heldFrom: bigint;
}

/** Batches that one snapshot of a table replaces at most: all of their new files are there before readers see any. */
export const togetherMax = 500;

/**
 * Groups a plan for a table whose readers see snapshots: what replaces batches comes last, as many at a time as one snapshot takes.
 */
export function groupForSnapshots(plan: readonly ReplayItem[]): ReplayItem[][] {
  const isReplaced = ({ kind }: ReplayItem): boolean => kind === 'replace';
  const replaced = plan.filter(isReplaced);
  const groups = Array.from({ length: Math.ceil(replaced.length / togetherMax) }, (_, at) =>
    replaced.slice(at * togetherMax, (at + 1) * togetherMax),
  );
  return [...plan.filter((item) => !isReplaced(item)).map((item) => [item]), ...groups];
}

export interface PlanOptions {
  /** An empty ledger may begin at the selection: no service reads into this table. Else it begins where the topic does. */
  readonly beginsAnywhere?: boolean;
  /** Where the ledger begins, if that is decided: what lies before was never promised to it. */
  readonly start?: bigint;
  /** Why that is left alone. */
  readonly before?: string;
  /** A batch of which Kafka holds a part is replaced by that part. */
  readonly allowLoss?: boolean;
}

/**
 * Plans what a replay of `selection` does to one partition, whose ledger entries are given in order: those that the selection meets, and their
 * neighbours. A batch is replaced whole, and a hole of the ledger filled whole, also when the selection covers a part of it. The chain is never
 * broken: what lies between its end and the selection is written too.
 */
export function planReplay(
  selection: OffsetRange,
  entries: readonly Versioned[],
  watermarks: Watermarks,
  options: PlanOptions = {},
): ReplayItem[] {
  const { low, high } = watermarks;
  const { partition } = selection;
  const held = { partition, from: larger(selection.from, low), to: smaller(selection.to, high) };
  const last = entries.at(-1);
  const { start, allowLoss = false } = options;
  // what is written behind a claim lets the consumer pass it: it is ended first
  const comesFirst = last?.entry.state === 'claimed' && held.to > last.entry.to ? last : undefined;
  return [
    ...planLost(selection, chainBegin(entries, start) ?? held.from, held),
    ...entries.flatMap((current, at) => [
      ...planHole({ partition, from: entries[at - 1]?.entry.to ?? start, to: current.entry.from }, selection, low),
      ...(current === comesFirst || isSelected(current, selection, watermarks)
        ? [planEntry(current, selection, { low, allowLoss })]
        : []),
    ]),
    ...(last === undefined ? planFirst(held, low, options) : planBehind(last, held, { low, ...options })),
  ];
}

/** Where the ledger's promise begins, of those entries that are given; `undefined` where there is none. */
function chainBegin(entries: readonly Versioned[], start: bigint | undefined): bigint | undefined {
  const first = entries[0]?.entry.from;
  return first === undefined || start === undefined ? first : smaller(first, start);
}

/** The selection's begin up to `known`, where Kafka no longer holds it. */
function planLost({ partition, from, to }: OffsetRange, known: bigint, held: OffsetRange): ReplayItem[] {
  const end = smaller(smaller(held.from, to), known);
  return from < end ? [leave(partition, from, end, 'Kafka no longer holds it')] : [];
}

/** What lies between two entries, or before the first, if there is something and the selection meets it. */
function planHole(
  { partition, from, to }: Omit<OffsetRange, 'from'> & { readonly from: bigint | undefined },
  selection: OffsetRange,
  low: bigint,
): ReplayItem[] {
  if (from === undefined || from >= to || from >= selection.to || to <= selection.from) return [];
  const held = smaller(larger(from, low), to);
  return [{ kind: 'fill', range: { partition, from, to }, ...(from < held && { heldFrom: held }) }];
}

/** True when the selection meets the entry. Of the entries that it meets, one at or behind Kafka's last offset is not a replay's to change. */
function isSelected({ entry: { from, to } }: Versioned, selection: OffsetRange, { low, high }: Watermarks): boolean {
  return from < selection.to && to > selection.from && (from < high || from < low);
}

const gapFirst = 'Kafka lost what comes before it: start the consumer, which records the gap';

/** What an empty ledger gets. What lies before its first entry would never be read: the service goes on behind it. */
function planFirst(
  held: OffsetRange,
  low: bigint,
  { beginsAnywhere = false, start, before: why = 'the table begins behind it' }: PlanOptions,
): ReplayItem[] {
  if (start === undefined) return write({ ...held, from: beginsAnywhere ? held.from : low });
  const { partition, from, to } = held;
  const before = leave(partition, from, smaller(start, to), why);
  if (start < low && from < to)
    return [{ ...leave(partition, from, to, `${gapFirst} from ${start} on`), isRefused: true }];
  return [...(from < start && from < to ? [before] : []), ...write({ ...held, from: start })];
}

const claimFirst =
  'it comes behind a claim that Kafka has passed: start the consumer, which ends the claim and goes on';

/** What lies behind the last entry, up to the end of the selection. The service goes on behind whatever is written: what it would have to book or to end first is left to it. */
function planBehind(
  { entry: last }: Versioned,
  { partition, to }: OffsetRange,
  { low, beginsAnywhere = false }: PlanOptions & Pick<Watermarks, 'low'>,
): ReplayItem[] {
  const end = last.to;
  if (to <= end) return [];
  const refused = (why: string): ReplayItem[] => [{ ...leave(partition, end, to, why), isRefused: true }];
  if (last.state === 'claimed' && last.from < low) return refused(claimFirst);
  if (low <= end) return write({ partition, from: end, to });
  if (!beginsAnywhere) return refused(`${gapFirst} from ${end} on`);
  return [...write({ partition, from: low, to }), leave(partition, end, smaller(low, to), 'Kafka no longer holds it')];
}

interface EntryLimits {
  readonly low: bigint;
  readonly allowLoss: boolean;
}

/** What is done to one entry of the selection. */
function planEntry(current: Versioned, selection: OffsetRange, limits: EntryLimits): ReplayItem {
  const { entry, version, at } = current;
  const { partition, from, to } = entry;
  const range = { partition, from, to };
  if (entry.state === 'gap') return planGap({ entry, version, at }, selection, limits);
  if (from < limits.low) return planPassed({ entry, version, at }, limits);
  if (entry.state === 'claimed') return { kind: 'finish', range, current: { entry, version, at } };
  return { kind: 'replace', range, current: { entry, version, at } };
}

/** What was skipped is not written by the way: only where the selection is just this gap. */
function planGap(current: Versioned<GapEntry>, selection: OffsetRange, { low }: Pick<EntryLimits, 'low'>): ReplayItem {
  const { partition, from, to, why = 'it is a gap: Kafka lost it' } = current.entry;
  const range = { partition, from, to };
  if (low >= to) return leave(partition, from, to, why);
  if (selection.from === from && selection.to === to)
    return { kind: 'take-back', range, current, ...(low > from && { heldFrom: low }) };
  const command = `glueless replay --partition ${partition} --from-offset ${from} --to-offset ${to}`;
  return leave(partition, from, to, `${why}; Kafka holds records of it: ${command} writes them`);
}

/** What is done to an entry whose first offsets, or all, Kafka no longer holds. */
function planPassed(
  { entry, version, at }: Versioned<ClaimedEntry | WrittenEntry>,
  { low, allowLoss }: EntryLimits,
): ReplayItem {
  const { partition, from, to } = entry;
  const range = { partition, from, to };
  if (entry.state === 'replacing') return { kind: 'undo', range, current: { entry, version, at } };
  if (entry.state === 'claimed')
    return { kind: 'finish', range, current: { entry, version, at }, heldFrom: smaller(low, to) };
  if (allowLoss && to > low) return { kind: 'replace', range, current: { entry, version, at }, heldFrom: low };
  const passed = { current: { entry, version, at }, heldFrom: smaller(low, to) };
  if (mayHaveLeftovers(entry)) return { kind: 'tidy', range, current: passed.current, passed };
  const lost = allowLoss ? ', and what is gone of them is booked as lost' : '';
  const why =
    to > low
      ? `Kafka holds it from ${low} only; its objects stay; --allow-loss replaces them all the same`
      : `Kafka no longer holds it; its objects stay${lost}`;
  return { ...leave(partition, from, to, why), isRefused: !allowLoss, passed };
}

function write(range: OffsetRange): ReplayItem[] {
  return range.from < range.to ? [{ kind: 'write', range }] : [];
}

function leave(partition: number, from: bigint, to: bigint, why: string): Extract<ReplayItem, { kind: 'leave' }> {
  return { kind: 'leave', range: { partition, from, to }, why };
}
