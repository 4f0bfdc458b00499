/**
 * The state machine of one assigned Kafka partition: what it does next. `next` is pure; the buffer of records stands beside it.
 *
 *  assigned ──▶ reading ─relieve─▶ relieving        claimed ◀── assigned, and the ledger ends in an unfinished claim
 *                 │  └───blocked───┐ │  │             │  ▲ └─blocked─┐
 *                 │                ▼ ▼  │             │  └───────────┘
 *                 │ start     blocked   │ start       │ start
 *                 │             │ start │             │
 *                 ▼             ▼       ▼             ▼
 *              working ◀────────────────────────────────
 *                 │ ├── written ────▶ reading, relieving when it was a part, or blocked when something stands behind the buffer
 *                 │ ├── claimFound ─▶ claimed
 *                 │ └── retry ──────▶ reading, or claimed when there is a claim
 *                 │ revoked
 *                 ▼        written, claimFound, retry, dropped
 *              leaving ─────────────────────────────────────▶ left ◀── revoked, when nothing was under way
 */
import { unreachable } from '../../runtime/errors.ts';
import type { CutReason } from '../batch/batch-policy.ts';
import type { Versioned } from '../ledger/chain/entry-store.ts';
import type { ClaimedEntry } from '../ledger/entry/ledger-entry.ts';
import { smaller } from '../../runtime/bigints.ts';

export type Claim = Versioned<ClaimedEntry>;

/** What stands behind the buffer's end, so that no record can follow it. */
export type Block =
  /** Kafka no longer holds what lies between the buffer's end and `upTo`. */
  | { readonly kind: 'lost'; readonly upTo: bigint }
  /** What follows the buffer can't be read. It is tried again, until it can or somebody skips it. */
  | { readonly kind: 'unreadable'; readonly sinceMs: number };

/** What happened to the partition while its range is written or waits for it. */
interface Losses {
  /** Offsets of the claim that Kafka lost since. */
  readonly lost?: { readonly from: bigint; readonly to: bigint } | undefined;
  readonly block?: Block | undefined;
}

/** A range that is claimed already: it is written as it stands, before the policy cuts anything. */
export interface Claimed extends Losses {
  readonly kind: 'claimed';
  readonly claim: Claim;
}

/** A batch or a gap is on its way into the ledger. Records still arrive. */
export interface Working extends Losses {
  readonly kind: 'working';
}

/** States in which nothing is under way. */
export type IdleState =
  /** Records arrive, and the policy says when a batch is cut. */
  | { readonly kind: 'reading' }
  /** The next batch is cut early: to free memory, or since it is the rest of one that was too large. */
  | { readonly kind: 'relieving'; readonly reason: CutReason }
  /** What is buffered is written at once, then the block is dealt with. */
  | { readonly kind: 'blocked'; readonly block: Block }
  | Claimed;

export type PartitionState =
  | IdleState
  | Working
  /** Revoked while work was under way: it may end, nothing new begins. */
  | { readonly kind: 'leaving' }
  /** Revoked; nothing is under way. */
  | { readonly kind: 'left' };

/** How work ended. */
export type WorkOutcome =
  /** Everything below `to` is in the ledger; it may lie beyond what has arrived. */
  | {
      readonly kind: 'written';
      readonly to: bigint;
      /** Set when the batch that was cut was too large, to why: what is left of it is written next. */
      readonly rest?: CutReason;
    }
  /** Another process claimed the range first and has not written it. */
  | { readonly kind: 'claimFound'; readonly claim: Claim }
  /** What could not be read is read again, for the claim when there is one. */
  | { readonly kind: 'retry'; readonly claim: Claim | undefined }
  /** The partition was revoked before the work began. */
  | { readonly kind: 'dropped' };

export type PartitionEvent =
  | WorkOutcome
  /** Work on what the state asks for begins. */
  | { readonly kind: 'start' }
  /** Nothing can follow the buffer. */
  | { readonly kind: 'blocked'; readonly block: Block }
  /** Memory is short. */
  | { readonly kind: 'relieve' }
  /** The partition belongs to this assignment no more. */
  | { readonly kind: 'revoked' };

/** An event, and where the buffer ended when it happened. */
export type At<Event> = Event & { readonly bufferEnd: bigint };

type Blocked = Extract<PartitionEvent, { kind: 'blocked' }>;

export const reading: IdleState = { kind: 'reading' };

/** The state after the event. Throws a RangeError for an event that can't happen in the state: a defect of the caller. */
export function next(state: PartitionState, event: At<PartitionEvent>): PartitionState {
  switch (event.kind) {
    case 'start':
      return start(state);
    case 'blocked':
      return blocked(state, event);
    case 'relieve':
      return state.kind === 'reading' ? { kind: 'relieving', reason: 'memory' } : state;
    case 'revoked':
      return state.kind === 'working' || state.kind === 'leaving' ? { kind: 'leaving' } : { kind: 'left' };
    case 'written':
    case 'claimFound':
    case 'retry':
    case 'dropped':
      return end(state, event);
    default:
      return unreachable(event);
  }
}

function start(state: PartitionState): Working {
  switch (state.kind) {
    case 'reading':
    case 'relieving':
      return { kind: 'working' };
    case 'blocked':
      return { kind: 'working', block: state.block };
    case 'claimed': {
      const { claim: _, ...losses } = state;
      return { ...losses, kind: 'working' };
    }
    case 'working':
    case 'leaving':
    case 'left':
      throw impossible(state, 'start');
    default:
      return unreachable(state);
  }
}

function blocked(state: PartitionState, event: At<Blocked>): PartitionState {
  switch (state.kind) {
    case 'reading':
    case 'relieving':
    case 'blocked':
      return { kind: 'blocked', block: event.block };
    case 'claimed':
      return blockClaimed(state, event);
    case 'working':
      return { ...state, block: event.block };
    case 'leaving':
    case 'left':
      return state;
    default:
      return unreachable(state);
  }
}

/**
 * What the claim covers of a loss becomes part of its batch, without records; the rest is a gap of its own. A claim that can't be read
 * is read from its beginning later, and meets its losses again.
 */
function blockClaimed({ claim, lost }: Claimed, { block, bufferEnd }: At<Blocked>): Claimed {
  if (block.kind === 'unreadable') return { kind: 'claimed', claim, block };
  const { upTo } = block;
  const claimEnd = claim.entry.to;
  const within = smaller(upTo, claimEnd);
  const lostNow = within > bufferEnd ? { from: lost?.from ?? bufferEnd, to: within } : lost;
  return { kind: 'claimed', claim, lost: lostNow, block: upTo > claimEnd ? block : undefined };
}

function end(state: PartitionState, outcome: At<WorkOutcome>): PartitionState {
  if (state.kind === 'leaving') return { kind: 'left' };
  if (state.kind !== 'working') throw impossible(state, outcome.kind);
  const { lost, block } = state;
  switch (outcome.kind) {
    case 'written':
      if (block !== undefined && outcome.to <= outcome.bufferEnd) return { kind: 'blocked', block };
      return outcome.rest === undefined ? reading : { kind: 'relieving', reason: outcome.rest };
    case 'claimFound':
      return claimed(outcome.claim, state, outcome.bufferEnd);
    case 'retry':
      return outcome.claim === undefined ? reading : { kind: 'claimed', claim: outcome.claim, lost };
    case 'dropped':
      throw impossible(state, outcome.kind);
    default:
      return unreachable(outcome);
  }
}

function claimed(claim: Claim, { lost, block }: Losses, bufferEnd: bigint): Claimed {
  const found: Claimed = { kind: 'claimed', claim, lost };
  if (block === undefined) return found;
  return block.kind === 'lost' ? blockClaimed(found, { kind: 'blocked', block, bufferEnd }) : { ...found, block };
}

function impossible(state: PartitionState, event: PartitionEvent['kind']): RangeError {
  return new RangeError(`a partition that is ${state.kind} can't meet the event ${event}`);
}
