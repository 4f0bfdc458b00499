import type { DecodeLimits } from '../ports/decode-limits.ts';

/**
 * Reasons why a batch was cut where it was. `snapshot`: its records arrived before a moment that a snapshot covers. `adopted`: the range was
 * claimed before, by this or another process.
 */
export type CutReason =
  'rows' | 'bytes' | 'snapshot' | 'age' | 'memory' | 'drain' | 'end' | 'gap' | 'unreadable' | 'adopted';

export interface BatchPolicy {
  readonly rowsMax: number;
  readonly bytesMax: number;
  readonly ageMaxMs: number;
  /** Most bytes that the values of arrays and structs may take in memory; left out: `bytesMax`. */
  readonly heldBytesMax?: number | undefined;
  /** Fewest bytes that a row may have, where values hold several; left out where a value is one row at most. */
  readonly rowBytesMin?: number | undefined;
}

export function decodeLimitsOf({ rowsMax, bytesMax, heldBytesMax = bytesMax }: BatchPolicy): DecodeLimits {
  return { rowsMax, heldBytesMax };
}

/** `{}` and a comma or a line's end. */
const emptyRowBytes = 3;

/** The policy for values that hold several records: as many rows as their bytes allow may be in them. */
export function policyForSeveral(policy: BatchPolicy): BatchPolicy {
  return { ...policy, rowBytesMin: emptyRowBytes };
}

/** Records that a partition has buffered and not yet begun to write. */
export interface BufferFill {
  readonly records: number;
  readonly bytes: number;
  /** When the oldest buffered record arrived, by the monotonic clock; `undefined` for an empty buffer. */
  readonly oldestMs: number | undefined;
}

/** Moments that follow each other. A snapshot covers what arrived before each of them, so that it is cut then, however little it is. */
export interface Boundaries {
  readonly everyMs: number;
  /** When the last one was, by the monotonic clock. */
  passedMs(): number;
}

export interface Moment {
  readonly monotonicMs: number;
  /** Left out where files are seen without a snapshot. */
  readonly boundaries?: Boundaries | undefined;
}

/** Gives the reason to cut a batch now, or `undefined` to wait for more. */
export function reasonToCut(fill: BufferFill, policy: BatchPolicy, now: Moment): CutReason | undefined {
  if (fill.records >= policy.rowsMax) return 'rows';
  if (fill.bytes >= policy.bytesMax) return 'bytes';
  return fill.oldestMs === undefined ? undefined : reasonByAge(fill.oldestMs, policy, now);
}

/** What arrived just after a boundary comes of age with the next one: it is not cut a moment before it, and again by it. */
function reasonByAge(
  oldestMs: number,
  { ageMaxMs }: BatchPolicy,
  { monotonicMs, boundaries }: Moment,
): CutReason | undefined {
  if (boundaries !== undefined && oldestMs < boundaries.passedMs()) return 'snapshot';
  const mayAge = boundaries === undefined || ageMaxMs < boundaries.everyMs;
  return mayAge && monotonicMs - oldestMs >= ageMaxMs ? 'age' : undefined;
}

/** Shares of a slot that a batch takes however few records it has: for itself, and for each leaf of its table. */
const shares = { batch: 1 / 8, leaf: 1 / 4000 } as const;

/**
 * Gives how much of a full batch's memory this one takes to be written, as a share of a slot. `leaves`: those of its table, `undefined` for one
 * that is not there yet.
 */
export function shareOf({ records, bytes }: BufferFill, policy: BatchPolicy, leaves: number | undefined): number {
  if (leaves === undefined) return 1;
  const { rowsMax, bytesMax, rowBytesMin } = policy;
  const rows = rowBytesMin === undefined ? records : Math.max(records, bytes / rowBytesMin);
  const own = Math.max(rows / rowsMax, bytes / bytesMax);
  return Math.min(1, own + shares.batch + leaves * shares.leaf);
}

/** The policy for values that stand for more JSON than they have bytes: their batches take as much memory as those of JSON. */
export function policyInJson(policy: BatchPolicy, expansion: () => number): BatchPolicy {
  return {
    rowsMax: policy.rowsMax,
    ageMaxMs: policy.ageMaxMs,
    rowBytesMin: policy.rowBytesMin,
    heldBytesMax: policy.bytesMax,
    get bytesMax() {
      return Math.ceil(policy.bytesMax / expansion());
    },
  };
}
