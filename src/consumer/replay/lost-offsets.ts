import type { Batch } from '../batch/partition-buffer.ts';
import type { Outcome } from '../ledger/entry/ledger-entry.ts';
import type { OffsetRange } from '../ports/topic.ts';

export function* offsetsOfBatch({ slices }: Batch): Iterable<bigint> {
  for (const { chunk, first, end } of slices)
    for (let at = first; at < end; at++) yield chunk.from + BigInt(chunk.offsetDeltas[at] ?? 0);
}

/** Gives what reaches from the first to behind the last offset of the range that is none of these. */
export function lostOf({ from, to }: Pick<OffsetRange, 'from' | 'to'>, offsets: ReadonlySet<bigint>): Outcome['lost'] {
  let [first, end] = [from, to];
  while (first < to && offsets.has(first)) first++;
  while (end > first && offsets.has(end - 1n)) end--;
  return first < end ? { from: first, to: end } : undefined;
}

export function withLost<Entry extends { readonly outcome: Outcome }>(entry: Entry, lost: Outcome['lost']): Entry {
  const { lost: _, ...outcome } = entry.outcome;
  return { ...entry, outcome: { ...outcome, ...(lost && { lost }) } };
}

/**
 * What is lost of a batch once it is replaced by what was read again: where that is fewer than the lake had, all of the range that Kafka did not
 * deliver, else what was booked before and was not delivered now, with its acknowledgement.
 */
export function lostOfReplay(
  range: OffsetRange,
  { before, batch, isFewer }: { readonly before: Outcome['lost']; readonly batch: Batch; readonly isFewer: boolean },
): Outcome['lost'] {
  const delivered = new Set(offsetsOfBatch(batch));
  if (isFewer) return lostOf(range, delivered);
  const still = before && lostOf(before, delivered);
  return still && { ...before, ...still };
}
