import type { ContenderResult, Sample, WorkloadResult } from '../../bench/support/results.ts';

/** Makes a contender with a sample for each CPU time, whose wall time is the same. */
export function contender(
  id: string,
  cpuSeconds: readonly number[],
  more: Partial<ContenderResult> = {},
): ContenderResult {
  const samples = cpuSeconds.map((seconds): Sample => ({
    cpuSeconds: seconds,
    wallSeconds: seconds,
    peakRssBytes: 100e6,
  }));
  return { id, name: id, settings: [`${id} as it comes`], records: 1000, samples, ...more };
}

export function workload(name: string, contenders: readonly ContenderResult[]): WorkloadResult {
  const machine = { cpu: 'Test CPU', cores: 2, memoryBytes: 2 ** 30, kernel: '6.1', node: 'v24.0.0' };
  return { workload: name, date: '2026-11-25T00:00:00Z', version: 'v1', machine, loadBefore: 0, contenders };
}
