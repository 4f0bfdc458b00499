/** Where a member stands between two boundaries; times by the monotonic clock. */
export interface Standing {
  readonly everyMs: number;
  /** The boundary that a snapshot is to cover. */
  readonly boundaryMs: number;
  /** Since when everything of the member's own that arrived before the boundary is written; `undefined`: it is not. */
  readonly writtenSinceMs: number | undefined;
  /** What a commit of this member was for that came after the boundary; `undefined`: there was none. */
  readonly committed: 'all' | 'some' | undefined;
  /** It has partition 0: it commits for all. */
  readonly commitsForAll: boolean;
  /** Other members write, too. */
  readonly hasOthers: boolean;
  /** It has written something that no commit of its own has covered. */
  readonly hasUncovered: boolean;
}

const share = 0.1;
const graceMsMax = 500;
/** A member without partition 0 looks after this many times as long as the others get, so that it finds nothing to do. */
const courtesy = 3;
const patienceShare = 0.5;
const patienceMsMax = 5000;

/**
 * Says whether a member commits now. Any member may, at any time: the table's compare-and-swap decides. Who has partition 0 does so once its
 * own records from before the boundary are written, and others had a moment to write theirs. The others look a little later, and commit what
 * came too late for that one. What takes long to write delays the rest for a bounded time, and is committed once it is written.
 */
export function isCommitDue(standing: Standing, nowMs: number): boolean {
  const { everyMs, boundaryMs, writtenSinceMs, committed, commitsForAll, hasOthers, hasUncovered } = standing;
  if (committed === 'all' || (!commitsForAll && !hasUncovered)) return false;
  if (writtenSinceMs === undefined && committed !== undefined) return false;
  const graceMs = Math.min(everyMs * share, graceMsMax);
  const patienceMs = Math.min(everyMs * patienceShare, patienceMsMax);
  const readyMs =
    writtenSinceMs === undefined
      ? boundaryMs + patienceMs
      : Math.max(writtenSinceMs, boundaryMs + (hasOthers ? graceMs : 0));
  return nowMs >= readyMs + (commitsForAll ? 0 : graceMs * courtesy);
}
