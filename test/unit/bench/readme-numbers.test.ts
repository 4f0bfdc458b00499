import { expect, it } from 'vitest';
import { readmeWith, readResults } from '../../../scripts/docs/readme-numbers.ts';
import type { WorkloadResult } from '../../../bench/support/results.ts';
import { contender, workload } from '../../support/bench-results.ts';

const readme = 'a\n<!-- numbers: made from bench/results/latest.json by `npm run docs` -->\n<!-- numbers end -->\nb';
const peakRssBytes = 900e6;

/** A kind of records far worse than all that was measured. */
const worst: WorkloadResult = {
  ...workload('json-to-parquet', [
    contender('glueless', [], { samples: [{ cpuSeconds: 100, wallSeconds: 100, peakRssBytes }], jsonBytes: 1e8 }),
    contender('duckdb-inferred', [1]),
  ]),
  kind: 'mixed',
};

it('begins with the worst kind of records, and with the highest memory', () => {
  const text = readmeWith(readme, { workloads: [...readResults().workloads, worst] });
  expect(text).toContain('|  | at its worst | at its best |');
  expect(text).toContain(
    '| JSON to Parquet, per CPU second | **0** records of the kind mixed, 1 MB: 0.0100 × DuckDB |',
  );
  expect(text).toContain('| Peak memory, JSON to Parquet | **900 MB** |');
});
