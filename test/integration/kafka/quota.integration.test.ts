import { describe, expect, it } from 'vitest';
import { freePort } from '../../../src/devstack/child.ts';
import { appendRecords, connectAdmin, createTopic } from '../../support/kafka.ts';
import { setFetchQuota } from '../../support/quota.ts';
import { Scenario } from '../../support/scenario.ts';

describe('a service that a broker slows down for longer than its session', () => {
  it('stays in its group, says who makes it wait and for how long, and reads on', async () => {
    const port = await freePort();
    const scenario = await Scenario.open({ HTTP_PORT: `${port}`, KAFKA_FETCH_BYTES_MAX: '200000' });
    const kafka = connectAdmin();
    await createTopic(kafka, scenario.topic, 1);
    const text = 'x'.repeat(100_000);
    for (let n = 0; n < 2; n++) await appendRecords(kafka, scenario.topic, 0, [{ value: JSON.stringify({ n, text }) }]);
    // two records within its ten seconds are twice of what the quota lets through: the broker asks for ten seconds of silence
    await setFetchQuota(kafka, scenario.topic, 10_000);
    const consumer = scenario.consume({ KAFKA_CLIENT_ID: scenario.topic });
    await consumer.untilLogged(/brokers slow this client down by a quota/);
    const [said] = consumer.log.match(/.*brokers slow this client down by a quota.*/) ?? ['{}'];
    const { level, waitedSeconds, hint } = JSON.parse(said);
    expect({ level, hint }).toEqual({ level: 'warn', hint: expect.stringContaining('consumer_byte_rate') });
    const [[broker, seconds] = []] = Object.entries(waitedSeconds);
    expect(broker).toMatch(/^\S+:\d+$/);
    expect(seconds).toBeGreaterThan(6);
    await expect.poll(() => consumer.committedRecords(), { timeout: 40_000, interval: 200 }).toBe(2);
    const metrics = await (await fetch(`http://localhost:${port}/metrics`)).text();
    const [, total] = metrics.match(/^glueless_broker_throttled_seconds_total\{broker="\S+:\d+"\} (\S+)$/m) ?? [];
    expect(Number(total)).toBeGreaterThanOrEqual(Number(seconds));
    expect(consumer.log).not.toContain('partitions revoked');
    expect([...consumer.log.matchAll(/partitions assigned/g)]).toHaveLength(1);
    expect(await consumer.stop()).toBe(143);
  });
});
