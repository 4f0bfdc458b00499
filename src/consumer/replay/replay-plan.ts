import type { Versioned } from '../ledger/ledger.ts';
import type { ClaimedEntry, CommittedEntry, ReplacingEntry } from '../ledger/ledger-entry.ts';
import type { OffsetRange, Watermarks } from '../ports/topic.ts';

/** One piece of a replay, in the order it is done. */
export type ReplayItem =
  /** The ledger has the range as one batch: it is read again and its objects are exchanged. */
  | {
      readonly kind: 'replace';
      readonly range: OffsetRange;
      readonly current: Versioned<CommittedEntry | ReplacingEntry>;
    }
  /** Claimed and never written: it is finished. */
  | { readonly kind: 'finish'; readonly range: OffsetRange; readonly current: Versioned<ClaimedEntry> }
  /** Not in the ledger yet. */
  | { readonly kind: 'write'; readonly range: OffsetRange }
  /** Left alone, and why. */
  | { readonly kind: 'leave'; readonly range: OffsetRange; readonly why: string };

/**
 * What a replay of `selection` does to one partition, whose ledger entries are given in order.
 * A batch is replaced whole, also when the selection covers a part of it. The chain is never broken: what lies between its
 * end and the selection is written too.
 */
export function planReplay(
  selection: OffsetRange,
  entries: readonly Versioned[],
  { low, high }: Watermarks,
): ReplayItem[] {
  const { partition } = selection;
  const items: ReplayItem[] = [];
  const from = selection.from > low ? selection.from : low;
  const to = selection.to < high ? selection.to : high;
  if (selection.from < from)
    items.push(leave(partition, selection.from, smaller(from, selection.to), 'Kafka no longer holds it'));

  let chainEnd: bigint | undefined;
  for (const { entry, version } of entries) {
    const start = BigInt(entry.from);
    if (chainEnd !== undefined && start > chainEnd && chainEnd < to && start > from) {
      items.push({ kind: 'write', range: { partition, from: chainEnd, to: start } });
    }
    chainEnd = BigInt(entry.to);
    if (start >= to || chainEnd <= selection.from) continue;
    const range = { partition, from: start, to: chainEnd };
    if (entry.state === 'gap') items.push(leave(partition, start, chainEnd, 'it is a gap: Kafka lost it'));
    else if (start < low)
      items.push(leave(partition, start, chainEnd, `Kafka holds it from ${low} only; its objects stay`));
    else if (entry.state === 'claimed') items.push({ kind: 'finish', range, current: { entry, version } });
    else items.push({ kind: 'replace', range, current: { entry, version } });
  }

  const start = chainEnd === undefined ? from : larger(chainEnd, low);
  if (start < to && (chainEnd === undefined || to > chainEnd))
    items.push({ kind: 'write', range: { partition, from: start, to } });
  if (chainEnd !== undefined && start > chainEnd && to > chainEnd) {
    items.push(leave(partition, chainEnd, start, 'Kafka lost it; the consumer records the gap'));
  }
  return items;
}

function leave(partition: number, from: bigint, to: bigint, why: string): ReplayItem {
  return { kind: 'leave', range: { partition, from, to }, why };
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
