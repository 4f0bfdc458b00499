/** Reasons why a batch was cut where it was. `adopted`: the range was claimed before, by this or another process. */
export type CutReason = 'rows' | 'bytes' | 'age' | 'memory' | 'drain' | 'end' | 'gap' | 'unreadable' | 'adopted';

export interface BatchPolicy {
  readonly rowsMax: number;
  readonly bytesMax: number;
  readonly ageMaxMs: number;
}

/** Records that a partition has buffered and not yet begun to write. */
export interface BufferFill {
  readonly records: number;
  readonly bytes: number;
  /** When the oldest buffered record arrived, by the monotonic clock; `undefined` for an empty buffer. */
  readonly oldestMs: number | undefined;
}

/** Gives the reason to cut a batch now, or `undefined` to wait for more. */
export function reasonToCut(fill: BufferFill, policy: BatchPolicy, monotonicMs: number): CutReason | undefined {
  if (fill.records >= policy.rowsMax) return 'rows';
  if (fill.bytes >= policy.bytesMax) return 'bytes';
  if (fill.oldestMs !== undefined && monotonicMs - fill.oldestMs >= policy.ageMaxMs) return 'age';
  return undefined;
}

/** The policy for values that stand for more JSON than they have bytes: their batches take as much memory as those of JSON. */
export function policyInJson(policy: BatchPolicy, growth: () => number): BatchPolicy {
  return {
    rowsMax: policy.rowsMax,
    ageMaxMs: policy.ageMaxMs,
    get bytesMax() {
      return Math.ceil(policy.bytesMax / growth());
    },
  };
}
