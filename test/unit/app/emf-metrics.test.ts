import { describe, expect, it } from 'vitest';
import { EmfMetrics } from '../../../src/app/observe/emf-metrics.ts';
import { Metrics } from '../../../src/app/observe/metrics.ts';

function setup() {
  const metrics = new Metrics();
  const emf = new EmfMetrics({ namespace: 'Ward', dimensions: { Topic: 'orders', Table: 'o' }, metrics });
  return { metrics, emf };
}

describe('a line of metrics for CloudWatch', () => {
  it('holds each value that it declares, and declares each value', async () => {
    const { metrics, emf } = setup();
    metrics.lag.set({ partition: '0' }, 3);
    metrics.lag.set({ partition: '1' }, 4);
    metrics.behind.set({ partition: '0' }, 10);
    metrics.behind.set({ partition: '1' }, 70);
    metrics.certificateDays.set(12);
    metrics.freshness.observe(20);
    metrics.freshness.observe(40);
    metrics.deadLetters.inc({ reason: 'not-json' }, 2);
    const { _aws, Topic, Table, ...values } = await emf.line(1234);
    expect({ Topic, Table }).toEqual({ Topic: 'orders', Table: 'o' });
    expect(_aws).toMatchObject({
      Timestamp: 1234,
      CloudWatchMetrics: [{ Namespace: 'Ward', Dimensions: [['Topic', 'Table']] }],
    });
    expect(values).toMatchObject({
      LagRecords: 7,
      BehindSeconds: 70,
      FreshnessSeconds: 30,
      CertificateDaysLeft: 12,
      DeadLetters: 2,
      GapOffsets: 0,
      BrokerSilentSeconds: 0,
      UnreadablePartitions: 0,
    });
    const { CloudWatchMetrics: [declared] = [] } = _aws as { CloudWatchMetrics?: { Metrics: { Name: string }[] }[] };
    expect(declared?.Metrics.map(({ Name }) => Name).toSorted()).toEqual(Object.keys(values).toSorted());
  });

  it('counts from line to line, and leaves out what there is nothing to say of', async () => {
    const { metrics, emf } = setup();
    metrics.records.inc({ fate: 'row' }, 5);
    metrics.freshness.observe(20);
    expect(await emf.line(0)).toMatchObject({ Records: 5, FreshnessSeconds: 20 });
    metrics.records.inc({ fate: 'row' }, 2);
    const second = await emf.line(60_000);
    expect(second).toMatchObject({ Records: 2 });
    expect(Object.keys(second)).not.toContain('FreshnessSeconds');
    expect(Object.keys(second)).not.toContain('CertificateDaysLeft');
  });
});
