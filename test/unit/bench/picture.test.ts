import { describe, expect, it } from 'vitest';
import { kindsSection } from '../../../bench/support/kinds-section.ts';
import { benchmarkPictures } from '../../../bench/support/picture.ts';
import { contender, workload } from '../../support/bench-results.ts';

/** A kind of records of 100 kB; CPU seconds of ours and of DuckDB. */
const ofKind = (kind: string, ours: number, duckdb: number) => ({
  ...workload('json-to-parquet', [
    contender('glueless', [ours], { jsonBytes: 100_000 }),
    contender('duckdb-inferred', [duckdb], { jsonBytes: 100_000 }),
  ]),
  kind,
});
const results = {
  workloads: [ofKind('ward', 0.001, 0.002), ofKind('logs', 0.01, 0.005), ofKind('deep', 0.002, 0.002)],
};

describe('the table of kinds', () => {
  const section = kindsSection('json-to-parquet', results.workloads);

  it('has a row for each kind, with bytes and rates', () => {
    expect(section).toContain('| ward | 1,000 | 100 | 1,000,000 | 100 |  | 500,000 |');
  });

  it('begins with hard topics, and in each group with what is the worst', () => {
    const first = [
      ...(section ?? '').matchAll(/^(?:\*\*|\| )([a-zA-Z ]+)(?:, the lowest ratio to DuckDB first\*\*| \| 1,000 \|)/gm),
    ].map(([, name]) => name);
    expect(first).toEqual(['Hard topics', 'deep', 'Steady topics', 'logs', 'ward']);
  });

  it('marks a ratio that misses the target', () => {
    expect(section).toContain('| 2.00 |');
    expect(section).toContain('| **0.50** |');
  });

  it('shows ratios without the costs of the starts', () => {
    const contenders = [contender('glueless', [3]), contender('bento', [7])];
    const starts = [contender('start-glueless', [1]), contender('start-bento', [2])];
    const result = { ...workload('kafka-to-lake', [...contenders, ...starts]), kind: 'regular' };
    const shown = kindsSection('kafka-to-lake', [result]);
    expect(shown).toContain('1,000 records (Glueless 1, Bento 2).');
    expect(shown).toContain('| **2.33** |  | 2.50 |');
  });

  it('is left out of a workload without kinds', () => {
    expect(kindsSection('produce', [workload('produce', [])])).toBeUndefined();
  });
});

describe('the pictures', () => {
  const pictures = benchmarkPictures(results);

  it('are one for each theme, and none for what was not measured', () => {
    expect([...pictures.keys()]).toEqual([
      'docs/images/json-to-parquet-light.svg',
      'docs/images/json-to-parquet-dark.svg',
    ]);
  });

  it('show the same order as the tables', () => {
    const svg = pictures.get('docs/images/json-to-parquet-light.svg') ?? '';
    const shown = [...svg.matchAll(/>(hard topics|steady topics|deep|logs|ward)[^<]*</g)].map(([, name]) => name);
    expect(shown).toEqual(['hard topics', 'deep', 'steady topics', 'logs', 'ward']);
  });

  it('draw bars in proportion', () => {
    const widths = [
      ...(pictures.get('docs/images/json-to-parquet-dark.svg') ?? '').matchAll(/ width="([\d.]+)" height="11"/g),
    ];
    expect(widths.map(([, width]) => Number(width))).toEqual([295, 295, 59, 118, 590, 295]);
  });
});
