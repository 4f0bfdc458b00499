import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import stringWidth from 'string-width';
import type { CommittedBatch } from '../../../src/consumer/commit/tools/pipeline-observer.ts';
import { createMetricsObserver } from '../../../src/app/observe/metrics-observer.ts';
import { Metrics } from '../../../src/app/observe/metrics.ts';
import { layOut } from '../../../src/app/screen/lay-out.ts';
import {
  auditRows,
  publishingRows,
  redriveRows,
  replayRows,
  skipRows,
  upkeepRows,
  writtenRows,
} from '../../../src/app/screen/progress-rows.ts';
import { RateWindow } from '../../../src/app/screen/rate-window.ts';
import { sayBytes, sayDuration, sayRate } from '../../../src/app/screen/say-numbers.ts';
import { readServiceNumbers } from '../../../src/app/screen/service-numbers.ts';
import { serviceRows, serviceSummary, type ServiceMoment } from '../../../src/app/screen/service-rows.ts';
import type { Row } from '../../../src/app/screen/screen.ts';

const committedAt = '2026-11-26T08:00:00.000Z';

function batchOf(rows: number, deadLetters: number, topic = 'thermometer'): CommittedBatch {
  const outcome = { rows, deadLetters, tombstones: 0, objects: [], committedAt };
  const entry = { topic, partition: 2, from: 1200n, to: 1200n + BigInt(rows + deadLetters), outcome };
  return {
    entry,
    reason: 'age',
    bytesIn: 5000,
    tookMs: 420,
    oldestTimestampMs: Date.parse(committedAt) - 2500,
  } as never;
}

const moment = (lastBatches: readonly CommittedBatch[] = []): ServiceMoment => ({
  topic: 'thermometer',
  table: 'thermometer',
  upMs: 8_000_000,
  nowMs: Date.parse(committedAt) + 4000,
  perSecond: 1234.5,
  bufferBytesMax: 96_000_000,
  rssBytes: 180_000_000,
  lastBatches,
});

/** A service that has written a batch and has more to do. */
function busyMetrics(batch: CommittedBatch): Metrics {
  const metrics = new Metrics();
  const observer = createMetricsObserver(metrics);
  observer.committed?.(batch);
  observer.buffered?.(90_000_000);
  metrics.deadLetters.inc({ reason: 'not-json' }, 44);
  metrics.lag.set({ partition: '0' }, 12_000);
  metrics.lag.set({ partition: '2' }, 345);
  metrics.behind.set({ partition: '0' }, 75);
  metrics.certificateDays.set(5.4);
  return metrics;
}

const linesOf = (rows: readonly Row[], columns: number): string[] =>
  layOut(rows, columns).map(stripVTControlCharacters);

describe('a service on the screen', () => {
  it('is seen at a glance, by the numbers of its metrics', async () => {
    const batch = batchOf(12_345, 44);
    const numbers = await readServiceNumbers(busyMetrics(batch));
    expect(linesOf(serviceRows(numbers, moment([batch])), 120)).toEqual([
      'glueless     thermometer → thermometer  up 2 h 13 min',
      'records      1,235/s  12,345 rows  44 dead letters (not-json)',
      'waiting      12,345 records in 2 partitions  1 min 15 s behind',
      'batches      age 1',
      'last         2: [1200, 13589)  12,345 rows  by age  took 420 ms  freshness 2.5 s  4 s ago',
      'memory       90 MB of 96 MB buffered  180 MB in all',
      'certificate  5 days left',
    ]);
    expect(linesOf(serviceSummary(numbers, moment()), 120)).toEqual([
      'written  thermometer → thermometer  1 batch in 2 h 13 min  12,345 rows  44 dead letters (not-json)  1.5/s',
    ]);
  });

  it('keeps items whole on a narrow terminal, and no line is wider than it', async () => {
    const batch = batchOf(12_345, 44);
    const numbers = await readServiceNumbers(busyMetrics(batch));
    const lines = linesOf(serviceRows(numbers, moment([batch])), 40);
    expect(lines.filter((line) => stringWidth(line) > 40)).toEqual([]);
    expect(lines.slice(0, 4)).toEqual([
      'glueless     thermometer → thermometer',
      '             up 2 h 13 min',
      'records      1,235/s  12,345 rows',
      '             44 dead letters (not-json)',
    ]);
  });

  it('does not claim to know what nobody has asked yet', async () => {
    const numbers = await readServiceNumbers(new Metrics());
    const lines = linesOf(serviceRows(numbers, moment()), 80);
    expect(lines).toContain('waiting   not known yet');
    expect(lines.join()).not.toContain('certificate');
  });

  it('names topic and partition where there are several topics', async () => {
    const metrics = new Metrics();
    const batch = batchOf(10, 0, 'ward-7');
    const observer = createMetricsObserver(metrics, { topic: 'ward-7' });
    observer.committed?.(batch);
    observer.unreadable?.({ partition: 3 } as never);
    metrics.troubledTopics.set(2);
    const numbers = await readServiceNumbers(metrics);
    const lines = linesOf(serviceRows(numbers, { ...moment([batch]), topic: 'ward-.*', table: '{topic}' }), 120);
    expect(lines).toContain('glueless  ward-.* → {topic}  up 2 h 13 min');
    expect(lines).toContain('problems  partition ward-7/3 can’t be read  2 topics not written');
    expect(lines).toContainEqual(expect.stringMatching(/^last {6}ward-7\/2: \[1200, 1210\) {2}10 rows/));
  });

  it('says what is wrong', async () => {
    const metrics = new Metrics();
    const observer = createMetricsObserver(metrics);
    observer.unreadable?.({ partition: 7 } as never);
    observer.gap?.({ from: 10n, to: 130n } as never);
    observer.retrying?.('put', new Error('x'), 1, 100);
    const lines = linesOf(serviceRows(await readServiceNumbers(metrics), moment()), 80);
    expect(lines).toContain('problems  partition 7 can’t be read  120 offsets lost  1 retry');
  });
});

describe('other work on the screen', () => {
  it('shows how much is published', () => {
    const publishing = { topic: 'readings', acknowledged: 7500, perSecond: 2500, upMs: 3000 };
    expect(linesOf(publishingRows({ ...publishing, count: 30_000 }), 80)).toEqual([
      'publishing  to readings  3 s',
      'records     2,500/s  7,500 records acknowledged',
      'done        █████░░░░░░░░░░░░░░░ 25 %',
    ]);
    expect(linesOf(publishingRows(publishing), 80)).toHaveLength(2);
  });

  it('shows how much of the demo is written', () => {
    expect(linesOf(writtenRows({ written: 15_000, count: 30_000, upMs: 4000 }), 80)).toEqual([
      'consumer  15,000 of 30,000 records written  3,750/s  4 s',
      'done      ██████████░░░░░░░░░░ 50 %',
    ]);
  });

  it('shows what an audit has looked at, and a replay has passed', () => {
    const audit = { table: 'readings', entries: 1, objects: 2000, findings: 1, upMs: 61_000 };
    expect(linesOf(auditRows(audit), 80)).toEqual([
      'auditing   readings  1 min 1 s',
      'looked at  1 ledger entry  2,000 objects',
      'findings   1 finding',
    ]);
    const replaying = { table: 'readings', ranges: 4, passed: 1, left: 1, current: 'partition 0 [0, 5)', upMs: 500 };
    expect(linesOf(replayRows(replaying), 80)).toEqual([
      'replaying  readings  500 ms',
      'ranges     1 of 4  1 left alone',
      'done       █████░░░░░░░░░░░░░░░ 25 %',
      'now        partition 0 [0, 5)',
    ]);
  });

  it('shows how far a redrive is, and what a skip waits for', () => {
    const redriving = { table: 'readings', entries: 1, passed: 1200, left: 3, upMs: 500 };
    expect(linesOf(redriveRows(redriving), 80)).toEqual([
      'redriving     readings  500 ms',
      'looked at     1 ledger entry',
      'dead letters  1,200 pass  3 stay',
    ]);
    expect(linesOf(skipRows({ range: 'partition 0 [4, 5)', upMs: 500 }), 80)).toEqual([
      'skipping  partition 0 [4, 5)  500 ms',
    ]);
  });

  it('shows what upkeep has done', () => {
    const keeping = { table: 'readings', merged: 2000, deleted: 1, left: 3, upMs: 25_000 };
    expect(linesOf(upkeepRows(keeping), 80)).toEqual([
      'upkeep  readings  25 s',
      'files   2,000 merged  1 deleted  3 left alone',
    ]);
  });

  it('gives numbers a size that people read', () => {
    expect([0.25, 9.94, 12_345].map(sayRate)).toEqual(['0.3/s', '9.9/s', '12,345/s']);
    expect([0, 999_949, 33_554_432].map(sayBytes)).toEqual(['0 kB', '999.9 kB', '34 MB']);
    expect([0, 59_999, 3_599_000, 90_000_000].map(sayDuration)).toEqual(['0 ms', '60 s', '59 min 59 s', '1 d 1 h']);
  });
});

describe('a rate', () => {
  it('is the mean of the last minute, whatever a batch adds at once', () => {
    const rate = new RateWindow();
    expect(rate.perSecond(0, 0)).toBe(0);
    expect(rate.perSecond(10_000, 600)).toBe(60);
    for (let second = 11; second <= 120; second++) rate.perSecond(second * 1000, 600);
    expect(rate.perSecond(121_000, 1200)).toBe(10);
  });
});
