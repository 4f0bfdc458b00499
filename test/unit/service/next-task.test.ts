import { describe, expect, it } from 'vitest';
import { PartitionBuffer } from '../../../src/consumer/batch/partition-buffer.ts';
import { nextTask, type Situation } from '../../../src/consumer/service/next-task.ts';
import type { Claim, PartitionState } from '../../../src/consumer/service/partition-state.ts';
import { chunkOf, jsonRecords } from '../../support/chunks.ts';
import { claimOf } from '../../support/ledger-entries.ts';

const claim: Claim = { version: '1', at: 'base', entry: claimOf(0n, 3n) };

const damage = { kind: 'unreadable', sinceMs: 0 } as const;
const states = {
  reading: { kind: 'reading' },
  relieving: { kind: 'relieving', reason: 'memory' },
  'before the rest of a batch': { kind: 'relieving', reason: 'rows' },
  'before a loss': { kind: 'blocked', block: { kind: 'lost', upTo: 9n } },
  'before damage': { kind: 'blocked', block: damage },
  claimed: { kind: 'claimed', claim },
  'claimed, before damage': { kind: 'claimed', claim, block: damage },
  working: { kind: 'working' },
  leaving: { kind: 'leaving' },
  left: { kind: 'left' },
} as const satisfies Record<string, PartitionState>;

/** The oldest record arrived at 100 ms and is written at 150; damage is tried again at 1000. */
const early: Situation = {
  policy: { rowsMax: 10, bytesMax: 1_000_000, ageMaxMs: 50 },
  nowMs: 120,
  isClosing: false,
  end: undefined,
  unreadableRetryMs: 1000,
};
const old: Situation = { ...early, nowMs: 150 };
const late: Situation = { ...early, nowMs: 1000 };

function taskOf(name: keyof typeof states, records: number, situation: Situation) {
  const buffer = new PartitionBuffer(0, 0n);
  if (records > 0) buffer.push(chunkOf(jsonRecords(...Array.from({ length: records }, (_, n) => ({ n })))), 100);
  return nextTask({ state: states[name], buffer, isEmpty: records === 0 }, situation);
}

const commit = (reason: string) => ({ kind: 'commit', reason });

describe('what a partition does next', () => {
  it.each<[keyof typeof states, number, Situation, unknown]>([
    ['reading', 0, late, undefined],
    ['reading', 2, early, undefined],
    ['reading', 2, old, commit('age')],
    ['reading', 10, early, commit('rows')],
    ['before the rest of a batch', 2, early, commit('rows')],
    ['reading', 2, { ...early, end: 2n }, commit('end')],
    ['reading', 2, { ...early, end: 3n }, undefined],
    ['reading', 2, { ...early, isClosing: true }, commit('drain')],
    ['reading', 0, { ...early, isClosing: true }, undefined],
    ['relieving', 2, early, commit('memory')],
    ['before a loss', 2, early, commit('gap')],
    ['before a loss', 0, early, { kind: 'close-gap', upTo: 9n }],
    ['before damage', 2, early, commit('unreadable')],
    ['before damage', 0, early, undefined],
    ['before damage', 0, late, { kind: 'look-past', claim: undefined }],
    ['before damage', 0, { ...late, isClosing: true }, undefined],
    ['claimed', 2, late, undefined],
    ['claimed', 3, early, { kind: 'commit', reason: 'adopted', claimed: states.claimed }],
    ['claimed', 5, early, { kind: 'commit', reason: 'adopted', claimed: states.claimed }],
    ['claimed, before damage', 0, early, undefined],
    ['claimed, before damage', 0, late, { kind: 'look-past', claim }],
    ['working', 10, late, undefined],
    ['leaving', 10, late, undefined],
    ['left', 10, late, undefined],
  ])('%s, with %i records', (name, records, situation, expected) => {
    expect(taskOf(name, records, situation)).toEqual(expected);
  });
});
