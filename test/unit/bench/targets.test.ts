import { describe, expect, it } from 'vitest';
import { rateOf, ratioOf } from '../../../bench/support/rates.ts';
import { mergeResults } from '../../../bench/support/results.ts';
import { median, spreadOf } from '../../../bench/support/statistics.ts';
import { judge, type Target } from '../../../bench/support/targets.ts';
import { contender, workload } from '../../support/bench-results.ts';

const overSpark: Target = {
  workload: 'kafka-to-lake',
  text: 'rows per CPU second, of Spark',
  bound: { kind: 'at least', value: 10, unit: '×' },
  measure: ({ contenders: [ours, spark] }) => ours && spark && ratioOf(ours, spark, 'cpuSeconds'),
};

describe('numbers of several samples', () => {
  it('have the middle, of an even count the mean of the middle two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([])).toBeUndefined();
  });

  it('give records per second', () => {
    expect(rateOf(contender('a', [2, 4, 5]), 'cpuSeconds')).toEqual({ median: 250, min: 200, max: 500 });
  });

  it('give ratios by pairs of the rounds that both took part in', () => {
    // the second round ran on a machine half as fast: the ratio does not show it
    const ratio = ratioOf(contender('a', [1, 2]), contender('b', [4, 8, 100]), 'cpuSeconds');
    expect(ratio).toEqual({ median: 4, min: 4, max: 4 });
  });
});

describe('a target', () => {
  const verdictOf = (cpuSeconds: readonly number[]) => {
    const result = workload('kafka-to-lake', [contender('glueless', cpuSeconds), contender('spark', [10, 10])]);
    return judge({ workloads: [result] }, [overSpark])[0];
  };

  it('is met by what reaches its bound', () => {
    expect(verdictOf([1, 1])).toMatchObject({ state: 'met', measured: { median: 10 } });
  });

  it('is not met below it, with the distance', () => {
    expect(verdictOf([2, 2])).toMatchObject({ state: 'not met', missedBy: 0.5 });
  });

  it('is judged by the kind of records that is the worst', () => {
    const of = (kind: string, cpuSeconds: number) => ({
      ...workload('kafka-to-lake', [contender('glueless', [cpuSeconds]), contender('spark', [10])]),
      kind,
    });
    const verdict = judge({ workloads: [of('ward', 0.5), of('logs', 2), of('events', 1)] }, [overSpark])[0];
    expect(verdict).toMatchObject({ kind: 'logs', state: 'not met', missedBy: 0.5, measured: { median: 5 } });
  });

  it('is not measured without its contender, or without its workload', () => {
    expect(verdictOf([])).toMatchObject({ state: 'not measured' });
    expect(judge({ workloads: [] }, [overSpark])[0]).toMatchObject({ state: 'not measured' });
  });

  it('on memory is judged by the worst sample', () => {
    const peaks = [200e6, 300e6].map((peakRssBytes) => ({ cpuSeconds: 1, wallSeconds: 1, peakRssBytes }));
    const result = workload('kafka-to-lake', [contender('glueless', [], { samples: peaks })]);
    const verdict = judge({ workloads: [result] }).find(
      ({ target }) => target.workload === 'kafka-to-lake' && target.text === 'peak RSS',
    );
    expect(verdict).toMatchObject({ state: 'not met', measured: { median: 300, min: 200 } });
  });

  it('over a program is over its fastest contender', () => {
    const contenders = [
      contender('glueless', [1]),
      contender('duckdb-columns-given', [3]),
      contender('duckdb-inferred', [2]),
      contender('duckdb-all-threads', [1]),
    ];
    const verdict = judge({ workloads: [workload('json-to-parquet', contenders)] }).find(({ target }) =>
      target.text.includes('DuckDB'),
    );
    expect(verdict).toMatchObject({ state: 'met', measured: { median: 2 } });
  });
});

describe('results', () => {
  it('are replaced kind by kind', () => {
    const of = (kind: string, version: string) => ({ ...workload('a', []), kind, version });
    const merged = mergeResults({ workloads: [of('x', 'v1'), of('y', 'v1')] }, [of('y', 'v2')]);
    expect(merged.workloads.map(({ kind, version }) => `${kind} ${version}`)).toEqual(['x v1', 'y v2']);
  });

  it('are in the order of the kinds, a codec behind its kind', () => {
    const fresh = ['logs', 'regular, zstd', 'ward', 'regular'].map((kind) => ({ ...workload('a', []), kind }));
    const merged = mergeResults({ workloads: [] }, fresh);
    expect(merged.workloads.map(({ kind }) => kind)).toEqual(['regular', 'regular, zstd', 'ward', 'logs']);
  });

  it('are replaced workload by workload', () => {
    const present = { workloads: [workload('a', []), workload('b', [])] };
    const fresh = { ...workload('b', []), version: 'v2' };
    const merged = mergeResults(present, [fresh, workload('c', [])]);
    expect(merged.workloads.map(({ workload: name, version }) => `${name} ${version}`)).toEqual([
      'a v1',
      'b v2',
      'c v1',
    ]);
  });
});
