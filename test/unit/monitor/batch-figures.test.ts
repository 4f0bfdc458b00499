import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../../src/monitor/pipeline/batch-figures.ts';
import { hexDump } from '../../../src/monitor/pipeline/dead-letters.ts';
import { dollarsPerMillion } from '../../../src/monitor/pipeline/request-bill.ts';
import { parseMetrics } from '../../../src/monitor/pipeline/service-metrics.ts';
import { Metrics } from '../../../src/app/observe/metrics.ts';

const nowMs = Date.parse('2026-11-23T09:40:00Z');

const batch = (minutesAgo: number, records: number, more = {}) => ({
  partition: 0,
  committedAtMs: nowMs - minutesAgo * 60_000,
  reason: 'age',
  records,
  rows: records,
  deadLetters: 0,
  fileBytes: [1000],
  sentAtMs: nowMs - minutesAgo * 60_000 - 5000,
  ...more,
});

describe('figures of batches', () => {
  it('take the rate of the last ten minutes only', () => {
    expect(figuresOf([batch(1, 600), batch(9, 600), batch(11, 1_000_000)], nowMs).recordsPerSecond).toBe(2);
  });

  it('count reasons, files and partitions', () => {
    const figures = figuresOf(
      [
        batch(1, 5),
        batch(2, 5, { reason: 'rows', fileBytes: [10, 9000] }),
        batch(3, 5, { partition: 1, deadLetters: 2 }),
      ],
      nowMs,
    );
    expect(figures.reasons).toEqual([
      { reason: 'age', batches: 2 },
      { reason: 'rows', batches: 1 },
    ]);
    expect(figures.files).toEqual({ count: 4, bytes: 11_010, smallest: 10, middle: 1000, largest: 9000 });
    expect(figures.partitions.map(({ partition, records }) => [partition, records])).toEqual([
      [0, 10],
      [1, 5],
    ]);
    expect(figures.latencyMs).toBe(5000);
  });

  it('say that there is nothing where there is nothing', () => {
    expect(figuresOf([], nowMs)).toMatchObject({ records: 0, newestCommitMs: undefined, latencyMs: undefined });
  });
});

it('reads the metrics that the service writes', async () => {
  const metrics = new Metrics();
  metrics.lag.set({ partition: '3' }, 12);
  metrics.batches.inc({ reason: 'a "quoted"\\ reason' }, 2);
  const samples = parseMetrics(await metrics.registry.metrics());
  const found = (name: string) => samples.find((each) => each.name === `glueless_${name}`);
  expect(found('lag_records')).toEqual({
    name: 'glueless_lag_records',
    labels: new Map([['partition', '3']]),
    value: 12,
  });
  expect(found('batches_total')?.labels.get('reason')).toBe('a "quoted"\\ reason');
});

it('prices requests as the page on costs does: 3,000 PUTs cost a cent and a half, deletes nothing', () => {
  const requests = [
    { service: 'S3', operation: 'PutObject', count: 3000 },
    { service: 'S3', operation: 'DeleteObject', count: 1_000_000 },
  ];
  expect(dollarsPerMillion(requests, 1_000_000)).toBeCloseTo(0.015);
  expect(dollarsPerMillion(requests, 0)).toBeUndefined();
});

it('dumps bytes with nothing in it that a browser or terminal acts on', () => {
  expect(hexDump(Buffer.from([0x3c, 0x00, 0x1b, 0xff, 0x41]))).toBe(`0000  3c 00 1b ff 41 ${' '.repeat(33)} <...A`);
  expect(hexDump(Buffer.alloc(600)).split('\n')).toHaveLength(33);
  expect(hexDump(Buffer.alloc(0))).toBe('');
});
