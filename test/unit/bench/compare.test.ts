import { describe, expect, it } from 'vitest';
import { compareResults, comparisonLines } from '../../../bench/support/compare.ts';
import { contender, workload } from '../../support/bench-results.ts';

const run = (ours: number, reference: number, peakRssBytes = 100e6) => {
  const glueless = contender('glueless', [], { samples: [{ cpuSeconds: ours, wallSeconds: ours, peakRssBytes }] });
  return { workloads: [workload('kafka-to-lake', [glueless, contender('kafkajs-receive', [reference])])] };
};

describe('a comparison with an earlier run', () => {
  it('says nothing changed where the whole machine is slower', () => {
    const [change] = compareResults(run(1, 2), run(10, 20));
    expect(change).toMatchObject({ before: 2, now: 2, gain: 0, isWorse: false });
  });

  it('marks what costs more than 15 % more by the reference peer', () => {
    expect(compareResults(run(1, 2), run(1.1, 2))[0]).toMatchObject({ isWorse: false });
    expect(compareResults(run(1, 2), run(1.2, 2))[0]).toMatchObject({ isWorse: true });
  });

  it('compares memory as it is', () => {
    const [, memory] = compareResults(run(1, 2), run(1, 2, 120e6));
    expect(memory).toMatchObject({ what: 'peak RSS, MB', before: 100, now: 120, isWorse: true });
  });

  it('leaves out workloads that only one run has', () => {
    expect(compareResults({ workloads: [] }, run(1, 2))).toEqual([]);
  });

  it('is printed a line a number', () => {
    const lines = comparisonLines(compareResults(run(1, 2), run(2, 2)));
    expect(lines[0]).toBe('WORSE kafka-to-lake: glueless: per CPU second, by kafkajs-receive: 2 → 1 (-50 %)');
  });
});
