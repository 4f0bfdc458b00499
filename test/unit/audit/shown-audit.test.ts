import { describe, expect, it, vi } from 'vitest';
import { createProgress } from '../../../src/commands/verify-progress.ts';
import { toJson, toLines } from '../../../src/commands/verify-report.ts';
import type { PartitionSummary } from '../../../src/consumer/audit/ledger/partition-summary.ts';

const summary: PartitionSummary = {
  partition: 3,
  from: 0n,
  to: 120n,
  entries: 2,
  records: 100,
  rows: 90,
  deadLetters: 8,
  tombstones: 2,
  objects: 3,
  bytes: 1000,
  gapOffsets: 0n,
  claimedOffsets: 0n,
  lag: 0n,
};
const clean = {
  table: 'readings',
  topic: 'readings',
  partitions: [summary],
  findings: [],
  findingCount: 0,
  repairs: [],
  repaired: [],
};
const finding = {
  problem: 'object-missing',
  partition: 3,
  where: 'a.parquet',
  what: 'is gone',
  action: 'glueless replay',
} as const;

describe('the audit as it is shown', () => {
  it('says what the records became when nothing is wrong', () => {
    expect(toLines(clean).at(-1)).toBe(
      'readings: nothing lost, nothing doubled: 100 records = 90 rows + 8 dead letters + 2 tombstones',
    );
  });

  it('says what is claimed and not written yet', () => {
    const claimed = { ...clean, partitions: [{ ...summary, claimedOffsets: 20n }] };
    expect(toLines(claimed).at(-1)).toContain('; 20 offsets are claimed and being written');
  });

  it('gives each finding its place and what to do, and counts those that are not shown', () => {
    const lines = toLines({
      ...clean,
      findings: [finding],
      findingCount: 11,
      repaired: ['deleted b.parquet'],
      seed: 7,
    });
    expect(lines).toEqual(
      expect.arrayContaining([
        'repaired: deleted b.parquet',
        'object-missing: partition 3, a.parquet is gone',
        '  what to do: glueless replay',
        '… and 10 more findings',
        'entries were chosen by --seed 7',
        'readings: 11 findings',
      ]),
    );
  });

  it('names one of several topics in each command that works on one', () => {
    const action = 'restore it, or `glueless replay --partition 3 --from-offset 0`; then glueless verify --repair';
    const told =
      'restore it, or `glueless replay --topic wards.a --partition 3 --from-offset 0`; then glueless verify --repair';
    const report = { ...clean, topic: 'wards.a', findings: [{ ...finding, action }], findingCount: 1 };
    expect(toLines({ ...report, isOneOfSeveral: true })).toContain(`  what to do: ${told}`);
    expect(toJson({ ...report, isOneOfSeveral: true })).toMatchObject({
      topic: 'wards.a',
      findings: [{ action: told }],
    });
    expect(toLines(report)).toContain(`  what to do: ${action}`);
  });

  it('is the same as JSON', () => {
    expect(toJson({ ...clean, findings: [finding], findingCount: 1 })).toMatchObject({
      ok: false,
      findings: [finding],
      findingCount: 1,
      repairable: 0,
    });
  });

  it('says how far it is, to a log as JSON and not too often', () => {
    const log = { info: vi.fn<(fields: object, message: string) => void>() };
    let nowMs = 0;
    const progress = createProgress({ isForPeople: false, log, clock: { monotonicMs: () => nowMs } });
    progress({ entries: 1, objects: 1, findings: 0 });
    expect(log.info).not.toHaveBeenCalled();
    nowMs = 30_000;
    progress({ entries: 2, objects: 2, findings: 0 });
    progress({ entries: 3, objects: 3, findings: 0 });
    expect(log.info.mock.calls).toEqual([[{ entries: 2, objects: 2, findings: 0 }, 'audit goes on']]);
  });
});
