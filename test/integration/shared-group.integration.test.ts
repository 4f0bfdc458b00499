import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { startForeignMember } from '../support/group/foreign-member.ts';
import { Scenario } from '../support/scenario.ts';

describe('two topics whose services share a consumer group', () => {
  it('are both read whole', async () => {
    const first = await Scenario.open();
    const second = await Scenario.open({ KAFKA_GROUP_ID: String(first.env['KAFKA_GROUP_ID']) });
    for (const scenario of [first, second]) await scenario.produce(400, { partitions: 4 });
    const consumers = [first, second].map((scenario) => scenario.consume());
    for (const [index, scenario] of [first, second].entries()) {
      await expect
        .poll(() => consumers[index]?.committedRecords(), { timeout: 40_000, interval: 500 })
        .toBe(scenario.acknowledged);
    }
    for (const consumer of consumers) expect(await consumer.stop()).toBe(143);
    for (const scenario of [first, second]) await scenario.expectExactlyOnce();
  });
});

describe('two tables whose services share a consumer group', () => {
  it('are warned of it, since each gets a part only', async () => {
    const first = await Scenario.open();
    await first.produce(100, { partitions: 1 });
    await first.consumeToEnd();
    const second = first.consume({ LAKE_TABLE: 'another' });
    await second.untilLogged(/the consumer group was last used for another table/);
    expect(await second.stop()).toBe(143);
  });
});

describe('services of several topics that share a consumer group', () => {
  it('are refused, before they disturb who is there', async () => {
    const first = await Scenario.open({ BATCH_AGE_MAX_SECONDS: '0.3' });
    await first.produce(100, { partitions: 1 });
    const consumer = first.consume();
    await expect.poll(() => consumer.committedRecords(), { interval: 200 }).toBe(100);
    const others = { KAFKA_TOPIC: '', KAFKA_TOPICS: `${first.topic}-x,${first.topic}-y` };
    const second = await runCli(['consume'], { ...first.env, ...others });
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('GROUP_SHARED');
    expect(second.stderr).toContain(`reads ${first.topic}`);
    expect([...consumer.log.matchAll(/partitions assigned/g)]).toHaveLength(1);
    expect(await consumer.stop()).toBe(143);
  });
});

describe('a service in the consumer group of another program', () => {
  it.each([
    ['that assigns partitions in another way', { 'group.protocol': 'classic' }, /deals partitions out in another way/],
    ['that uses the newer protocol', { 'group.protocol': 'consumer' }, /group\.protocol=consumer/],
  ])('%s says so, and reads all once that has left', async (_, settings, reason) => {
    const scenario = await Scenario.open();
    await scenario.produce(400, { partitions: 4 });
    const other = await startForeignMember(scenario.topic, String(scenario.env['KAFKA_GROUP_ID']), settings);
    const refused = await runCli(['consume', '--until-end'], scenario.env);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('GROUP_SHARED');
    expect(refused.stderr).toMatch(reason);
    await other.leave();
    await scenario.consumeToEnd();
    await scenario.expectExactlyOnce();
  });
});

describe('a service whose consumer group another program of the newer protocol joins', () => {
  it('stops, and says why', async () => {
    const scenario = await Scenario.open();
    await scenario.produce(400, { partitions: 4 });
    const consumer = scenario.consume();
    await expect.poll(() => consumer.committedRecords(), { interval: 200 }).toBe(400);
    await startForeignMember(scenario.topic, String(scenario.env['KAFKA_GROUP_ID']), { 'group.protocol': 'consumer' });
    await consumer.untilLogged(/GROUP_SHARED/);
    await scenario.expectExactlyOnce();
  });
});
