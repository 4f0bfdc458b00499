import { describe, expect, it } from 'vitest';
import { benchmarksPage } from '../../../bench/support/page.ts';
import { contender, workload } from '../../support/bench-results.ts';

const abouts = { 'json-to-parquet': 'Wide records.', 'kafka-to-lake': 'Kafka to Parquet.', produce: 'Not run.' };

describe('the page of benchmarks', () => {
  const ours = contender('glueless', [1, 2, 1.5]);
  const spark = contender('spark', [], { name: 'Spark 4', absent: 'no Java' });
  const page = benchmarksPage(
    { workloads: [workload('kafka-to-lake', [ours, spark]), workload('json-to-parquet', [ours])] },
    abouts,
  );

  it('shows median and spread, and how each contender was set', () => {
    expect(page).toContain('| glueless | 1,000 | 700 (500 to 1,000) | 1.5 (1 to 2) |');
    expect(page).toContain('- **glueless**: glueless as it comes');
  });

  it('says which contender was missing, and why', () => {
    expect(page).toContain('- **Spark 4**: not had here: no Java');
  });

  it('has a row for every target, also for those not met and not measured', () => {
    expect(page).toMatch(/\| kafka-to-lake \| rows per CPU second, of Spark \| at least 10 × \| {2}\| not measured \|/);
    expect(page).toMatch(/\| json-to-parquet \| peak RSS \| at most 256 MB \| 100 MB \| met \|/);
  });

  it('keeps the order of the workloads and leaves out what was not run', () => {
    const titles = [...page.matchAll(/^## (.*)/gm)].map(([, title]) => title);
    expect(titles).toEqual(['Targets', 'Kinds of records', 'json-to-parquet', 'kafka-to-lake', 'Run it']);
  });

  it('says when, on what and with which version', () => {
    expect(page).toContain(
      '3 samples, 2026-11-25, glueless v1, 2 × Test CPU, 1 GiB, Linux 6.1, Node v24.0.0, load before 0.0.',
    );
  });
});
