import { expect, it } from 'vitest';
import { progressTeller } from '../../../src/consumer/maintain/tell-progress.ts';
import type { UpkeepEvent } from '../../../src/consumer/maintain/upkeep.ts';

it('tells every ten seconds how far a merge is, and nothing of a short one', () => {
  const events: UpkeepEvent[] = [];
  let nowMs = 0;
  const merge = { table: 'readings', partition: ['2026-11-23', '09'], files: 300 };
  const tell = progressTeller(merge, { observe: (event) => events.push(event), clock: { monotonicMs: () => nowMs } });
  for (const [done, atMs] of [4_000, 9_999, 10_000, 19_999, 30_000].entries()) {
    nowMs = atMs;
    tell({ done, all: 5 });
  }
  expect(events).toEqual([2, 4].map((done) => ({ kind: 'merging', ...merge, done, all: 5 })));
});
