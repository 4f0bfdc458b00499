import { unreachable } from '../../runtime/errors.ts';
import { reasonToCut, type BatchPolicy, type Boundaries, type CutReason } from '../batch/batch-policy.ts';
import type { Block, Claim, Claimed, PartitionState } from './partition-state.ts';
import type { PartitionWork } from './partition-work.ts';

/** What a partition does next. */
export type Task =
  /** Write a batch: the claim's, or as far as the policy allows. */
  | { readonly kind: 'commit'; readonly reason: CutReason; readonly claimed?: Claimed }
  /** Book the range that Kafka lost, up to this offset, as a gap. */
  | { readonly kind: 'close-gap'; readonly upTo: bigint }
  /** Look whether somebody has skipped the unreadable records; if not, read them again. */
  | { readonly kind: 'look-past'; readonly claim: Claim | undefined };

export interface Situation {
  readonly policy: BatchPolicy;
  /** Left out where files are seen without a snapshot. */
  readonly boundaries?: Boundaries | undefined;
  /** Monotonic time. */
  readonly nowMs: number;
  /** The service stops: whatever has arrived is written now, however little it is. */
  readonly isClosing: boolean;
  /** A batch is cut as soon as it reaches this offset. */
  readonly end: bigint | undefined;
  /** Unreadable records are tried again after this long. */
  readonly unreadableRetryMs: number;
}

/** The partition's next piece of work; `undefined` when there is none yet, or one is under way. */
export function nextTask(work: Pick<PartitionWork, 'state' | 'buffer' | 'isEmpty'>, now: Situation): Task | undefined {
  const { state, isEmpty } = work;
  switch (state.kind) {
    case 'reading':
    case 'relieving': {
      const reason = isEmpty ? undefined : reasonOf(state, work.buffer, now);
      return reason && { kind: 'commit', reason };
    }
    case 'blocked':
      return pastBlock(state.block, isEmpty, now);
    case 'claimed':
      if (work.buffer.to >= state.claim.entry.to) return { kind: 'commit', reason: 'adopted', claimed: state };
      return state.block === undefined ? undefined : lookPast(state.block, state.claim, now);
    case 'working':
    case 'leaving':
    case 'left':
      return undefined;
    default:
      return unreachable(state);
  }
}

function reasonOf(
  state: Extract<PartitionState, { kind: 'reading' | 'relieving' }>,
  buffer: PartitionWork['buffer'],
  { policy, boundaries, nowMs, isClosing, end }: Situation,
): CutReason | undefined {
  if (isClosing) return 'drain';
  if (end !== undefined && buffer.to >= end) return 'end';
  if (state.kind === 'relieving') return state.reason;
  return reasonToCut(buffer.fill(), policy, { monotonicMs: nowMs, boundaries });
}

function pastBlock(block: Block, isEmpty: boolean, now: Situation): Task | undefined {
  if (!isEmpty) return { kind: 'commit', reason: block.kind === 'lost' ? 'gap' : 'unreadable' };
  return block.kind === 'lost' ? { kind: 'close-gap', upTo: block.upTo } : lookPast(block, undefined, now);
}

function lookPast(
  block: Block,
  claim: Claim | undefined,
  { nowMs, isClosing, unreadableRetryMs }: Situation,
): Task | undefined {
  if (block.kind !== 'unreadable' || isClosing || nowMs - block.sinceMs < unreadableRetryMs) return undefined;
  return { kind: 'look-past', claim };
}
