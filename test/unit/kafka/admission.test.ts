import { describe, expect, it } from 'vitest';
import { admit } from '../../../src/kafka/group/admit-fetch.ts';

const answer = (fetchedOffset: bigint, end: bigint, logStart = 0n) => ({ fetchedOffset, end, logStart });

describe('an answer of the broker', () => {
  it('continues at the position it was asked for, whatever holes compaction has left', () => {
    expect(admit(10n, answer(10n, 50n))).toEqual({ kind: 'take', from: 10n });
  });

  it('that was asked for earlier counts from the position on', () => {
    expect(admit(30n, answer(10n, 50n))).toEqual({ kind: 'take', from: 30n });
  });

  it('that brings nothing new is old', () => {
    expect(admit(50n, answer(10n, 50n))).toEqual({ kind: 'old' });
  });

  it('that was asked for before the position went back is stale: what it skips is not lost', () => {
    expect(admit(10n, answer(30n, 50n))).toEqual({ kind: 'stale' });
  });

  it('tells a loss when the log begins behind the position', () => {
    expect(admit(10n, answer(15n, 50n, 15n))).toEqual({ kind: 'take', from: 15n, lost: { from: 10n, to: 15n } });
    expect(admit(10n, answer(15n, 50n, 20n))).toEqual({ kind: 'take', from: 20n, lost: { from: 10n, to: 20n } });
  });

  it('never tells more lost than it covers', () => {
    expect(admit(10n, answer(10n, 50n, 80n))).toEqual({ kind: 'take', from: 50n, lost: { from: 10n, to: 50n } });
  });

  it('that is stale and beyond the log’s start too is stale', () => {
    expect(admit(10n, answer(30n, 50n, 15n))).toEqual({ kind: 'stale' });
  });
});
