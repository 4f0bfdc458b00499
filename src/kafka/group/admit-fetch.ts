import { smaller } from '../../runtime/bigints.ts';

/** What the broker's answer covers: every offset of `[fetchedOffset, end)`. */
export interface AnswerRange {
  /** What was asked for. */
  readonly fetchedOffset: bigint;
  readonly end: bigint;
  /** First offset the broker holds; `undefined` from brokers too old to say. */
  readonly logStart: bigint | undefined;
}

/** `stale`: asked for before the position was changed; nothing can be said of what lies between. */
export type Admission =
  | { readonly kind: 'take'; readonly from: bigint; readonly lost?: { readonly from: bigint; readonly to: bigint } }
  | { readonly kind: 'old' }
  | { readonly kind: 'stale' };

/** Judges whether an answer continues at the position. A hole is a loss only if the broker's log begins behind the position. */
export function admit(position: bigint, { fetchedOffset, end, logStart }: AnswerRange): Admission {
  if (end <= position) return { kind: 'old' };
  const lostTo = logStart !== undefined && logStart > position ? smaller(logStart, end) : position;
  if (fetchedOffset > lostTo) return { kind: 'stale' };
  return lostTo > position
    ? { kind: 'take', from: lostTo, lost: { from: position, to: lostTo } }
    : { kind: 'take', from: position };
}
