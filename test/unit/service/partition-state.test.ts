import { describe, expect, it } from 'vitest';
import {
  next,
  type At,
  type Claim,
  type PartitionEvent,
  type PartitionState,
} from '../../../src/consumer/service/partition-state.ts';
import { claimOf } from '../../support/ledger-entries.ts';

/** The buffer holds [10, 20) when an event happens. */
const bufferEnd = 20n;

const claimTo = (to: number): Claim => ({ version: '1', at: 'base', entry: claimOf(10n, BigInt(to)) });

const claim = claimTo(30);
const other = claimTo(25);
const lostTo = (upTo: bigint) => ({ kind: 'lost', upTo }) as const;
const damage = { kind: 'unreadable', sinceMs: 7 } as const;
const lost = { from: 10n, to: 20n };

const states = {
  reading: { kind: 'reading' },
  relieving: { kind: 'relieving', reason: 'memory' },
  blocked: { kind: 'blocked', block: lostTo(40n) },
  claimed: { kind: 'claimed', claim },
  'claimed, of which a part is lost': { kind: 'claimed', claim, lost },
  working: { kind: 'working' },
  'working on a claim of which a part is lost': { kind: 'working', lost },
  'claimed, and unreadable': { kind: 'claimed', claim, block: damage },
  'working before a block': { kind: 'working', block: lostTo(40n) },
  'working on a claim before damage': { kind: 'working', lost, block: damage },
  leaving: { kind: 'leaving' },
  left: { kind: 'left' },
} as const satisfies Record<string, PartitionState>;

const events = {
  start: { kind: 'start' },
  'lost within the claim': { kind: 'blocked', block: lostTo(25n) },
  'lost beyond the claim': { kind: 'blocked', block: lostTo(50n) },
  unreadable: { kind: 'blocked', block: damage },
  relieve: { kind: 'relieve' },
  revoked: { kind: 'revoked' },
  'written below the end of the buffer': { kind: 'written', to: 15n },
  'a part written': { kind: 'written', to: 15n, rest: 'rows' },
  'written beyond the end of the buffer': { kind: 'written', to: 35n },
  claimFound: { kind: 'claimFound', claim: other },
  retry: { kind: 'retry', claim: undefined },
  'retry of a claim': { kind: 'retry', claim },
  dropped: { kind: 'dropped' },
} as const satisfies Record<string, PartitionEvent>;

type StateName = keyof typeof states;
type EventName = keyof typeof events;

const { reading, relieving, working, leaving, left } = states;
const restIsDue: PartitionState = { kind: 'relieving', reason: 'rows' };
const refused = 'refused';
const outcomesRefused = {
  'written below the end of the buffer': refused,
  'a part written': refused,
  'written beyond the end of the buffer': refused,
  claimFound: refused,
  retry: refused,
  'retry of a claim': refused,
  dropped: refused,
} as const;
const damaged: PartitionState = { kind: 'blocked', block: damage };
const blockedAt = (upTo: bigint): PartitionState => ({ kind: 'blocked', block: lostTo(upTo) });

const table: Readonly<Record<StateName, Readonly<Record<EventName, PartitionState | typeof refused>>>> = {
  reading: {
    start: working,
    'lost within the claim': blockedAt(25n),
    'lost beyond the claim': blockedAt(50n),
    unreadable: damaged,
    relieve: relieving,
    revoked: left,
    ...outcomesRefused,
  },
  relieving: {
    start: working,
    'lost within the claim': blockedAt(25n),
    'lost beyond the claim': blockedAt(50n),
    unreadable: damaged,
    relieve: relieving,
    revoked: left,
    ...outcomesRefused,
  },
  blocked: {
    start: states['working before a block'],
    'lost within the claim': blockedAt(25n),
    'lost beyond the claim': blockedAt(50n),
    unreadable: damaged,
    relieve: states.blocked,
    revoked: left,
    ...outcomesRefused,
  },
  claimed: {
    start: working,
    'lost within the claim': { kind: 'claimed', claim, lost: { from: 20n, to: 25n } },
    'lost beyond the claim': { kind: 'claimed', claim, lost: { from: 20n, to: 30n }, block: lostTo(50n) },
    unreadable: states['claimed, and unreadable'],
    relieve: states.claimed,
    revoked: left,
    ...outcomesRefused,
  },
  'claimed, of which a part is lost': {
    start: states['working on a claim of which a part is lost'],
    'lost within the claim': { kind: 'claimed', claim, lost: { from: 10n, to: 25n } },
    'lost beyond the claim': { kind: 'claimed', claim, lost: { from: 10n, to: 30n }, block: lostTo(50n) },
    unreadable: states['claimed, and unreadable'],
    relieve: states['claimed, of which a part is lost'],
    revoked: left,
    ...outcomesRefused,
  },
  working: {
    start: refused,
    'lost within the claim': { kind: 'working', block: lostTo(25n) },
    'lost beyond the claim': { kind: 'working', block: lostTo(50n) },
    unreadable: { kind: 'working', block: damage },
    relieve: working,
    revoked: leaving,
    'written below the end of the buffer': reading,
    'a part written': restIsDue,
    'written beyond the end of the buffer': reading,
    claimFound: { kind: 'claimed', claim: other },
    retry: reading,
    'retry of a claim': states.claimed,
    dropped: refused,
  },
  'working on a claim of which a part is lost': {
    start: refused,
    'lost within the claim': { kind: 'working', lost, block: lostTo(25n) },
    'lost beyond the claim': { kind: 'working', lost, block: lostTo(50n) },
    unreadable: states['working on a claim before damage'],
    relieve: states['working on a claim of which a part is lost'],
    revoked: leaving,
    'written below the end of the buffer': reading,
    'a part written': restIsDue,
    'written beyond the end of the buffer': reading,
    claimFound: { kind: 'claimed', claim: other, lost },
    retry: reading,
    'retry of a claim': states['claimed, of which a part is lost'],
    dropped: refused,
  },
  'working before a block': {
    start: refused,
    'lost within the claim': { kind: 'working', block: lostTo(25n) },
    'lost beyond the claim': { kind: 'working', block: lostTo(50n) },
    unreadable: { kind: 'working', block: damage },
    relieve: states['working before a block'],
    revoked: leaving,
    'written below the end of the buffer': blockedAt(40n),
    'a part written': blockedAt(40n),
    // the source is sought to 35 and meets the rest of the loss again
    'written beyond the end of the buffer': reading,
    claimFound: { kind: 'claimed', claim: other, lost: { from: 20n, to: 25n }, block: lostTo(40n) },
    retry: reading,
    'retry of a claim': states.claimed,
    dropped: refused,
  },
  'claimed, and unreadable': {
    start: { kind: 'working', block: damage },
    'lost within the claim': { kind: 'claimed', claim, lost: { from: 20n, to: 25n } },
    'lost beyond the claim': { kind: 'claimed', claim, lost: { from: 20n, to: 30n }, block: lostTo(50n) },
    unreadable: states['claimed, and unreadable'],
    relieve: states['claimed, and unreadable'],
    revoked: left,
    ...outcomesRefused,
  },
  'working on a claim before damage': {
    start: refused,
    'lost within the claim': { kind: 'working', lost, block: lostTo(25n) },
    'lost beyond the claim': { kind: 'working', lost, block: lostTo(50n) },
    unreadable: states['working on a claim before damage'],
    relieve: states['working on a claim before damage'],
    revoked: leaving,
    'written below the end of the buffer': damaged,
    'a part written': damaged,
    'written beyond the end of the buffer': reading,
    // the whole range has arrived, so that its losses stay
    claimFound: { kind: 'claimed', claim: other, lost, block: damage },
    retry: reading,
    'retry of a claim': states['claimed, of which a part is lost'],
    dropped: refused,
  },
  leaving: {
    start: refused,
    'lost within the claim': leaving,
    'lost beyond the claim': leaving,
    unreadable: leaving,
    relieve: leaving,
    revoked: leaving,
    'written below the end of the buffer': left,
    'a part written': left,
    'written beyond the end of the buffer': left,
    claimFound: left,
    retry: left,
    'retry of a claim': left,
    dropped: left,
  },
  left: {
    start: refused,
    'lost within the claim': left,
    'lost beyond the claim': left,
    unreadable: left,
    relieve: left,
    revoked: left,
    ...outcomesRefused,
  },
};

function afterOrRefused(state: PartitionState, event: At<PartitionEvent>): PartitionState | typeof refused {
  try {
    return next(state, event);
  } catch (error) {
    if (error instanceof RangeError) return refused;
    throw error;
  }
}

const cases = Object.entries(table).flatMap(([stateName, row]) =>
  Object.entries(row).map(([eventName, expected]) => ({ stateName, eventName, expected })),
);

describe('a partition', () => {
  it.each(cases)('that is $stateName and meets: $eventName', ({ stateName, eventName, expected }) => {
    const state: PartitionState | undefined = Object.entries(states).find(([name]) => name === stateName)?.[1];
    const event: PartitionEvent | undefined = Object.entries(events).find(([name]) => name === eventName)?.[1];
    if (state === undefined || event === undefined) throw new TypeError('the table names no state or event');
    const at: At<PartitionEvent> = { ...event, bufferEnd };
    expect(afterOrRefused(state, at)).toEqual(expected);
  });
});
