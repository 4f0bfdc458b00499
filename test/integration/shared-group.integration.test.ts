import { describe, expect, it } from 'vitest';
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
