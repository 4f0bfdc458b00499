import { describe, expect, it } from 'vitest';
import { AssignedPosition } from '../../../src/kafka/group/assigned-position.ts';

describe('the epoch that a broker compares with its log', () => {
  it('is the one of the last records that were read', () => {
    const state = new AssignedPosition(10n);
    expect(state.lastEpoch).toBeUndefined();
    state.advance(20n, 3);
    state.advance(30n, 4);
    expect(state.lastEpoch).toBe(4);
  });

  it('stays what it is when the member goes back: the records ahead were read under it', () => {
    const state = new AssignedPosition(0n);
    state.advance(20n, 3);
    state.seek(5n);
    expect(state.lastEpoch).toBe(3);
    state.advance(8n, 2);
    expect(state.lastEpoch).toBe(3);
  });

  it('is unknown behind what was skipped, until something is read there', () => {
    const state = new AssignedPosition(0n);
    state.advance(20n, 3);
    state.seek(50n);
    expect(state.lastEpoch).toBeUndefined();
    state.advance(60n, 7);
    expect(state.lastEpoch).toBe(7);
  });

  it('is unknown for records that tell none, and once it was forgotten', () => {
    const state = new AssignedPosition(0n);
    state.advance(20n, -1);
    expect(state.lastEpoch).toBeUndefined();
    state.advance(30n, 2);
    state.forgetEpoch();
    expect(state.lastEpoch).toBeUndefined();
  });
});

describe('a partition stands still', () => {
  it('while it is paused, looked at or blocked; a seek ends the last', () => {
    const state = new AssignedPosition(0n);
    expect(state.isStill).toBe(false);
    state.isPaused = true;
    expect(state.isStill).toBe(true);
    state.isPaused = false;
    state.isBlocked = true;
    expect(state.isStill).toBe(true);
    state.seek(4n);
    expect(state.isStill).toBe(false);
    state.isLookedAt = true;
    expect(state.isStill).toBe(true);
  });
});
