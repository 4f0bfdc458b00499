import { describe, expect, it, onTestFinished } from 'vitest';
import { startBroker, type BrokerOptions } from '../../../src/devstack/broker.ts';
import { withAdmin } from '../../../src/kafka/kafkajs/admin.ts';
import { kafkaEnvironment } from '../../support/cli.ts';
import { connectAdmin } from '../../support/kafka.ts';
import { Scenario } from '../../support/scenario.ts';

async function ownBroker(options: BrokerOptions) {
  const broker = await startBroker(options);
  onTestFinished(() => broker.stop());
  return { broker, env: kafkaEnvironment(broker.admin, broker.bootstrap) };
}

describe('brokers', () => {
  it('of which the partition’s leader is killed: nothing lost, nothing doubled', async () => {
    const { broker, env } = await ownBroker({ nodes: 3 });
    const scenario = await Scenario.open(env);
    await scenario.produceByCommand(1000, '--partitions', '3', '--replication', '3');
    const consumer = scenario.consume();
    await consumer.untilLogged(/batch committed/);
    const leader = await withAdmin(connectAdmin(broker.bootstrap, broker.admin), 'leader', async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [scenario.topic] });
      return topics[0]?.partitions[0]?.leader ?? 1;
    });
    await broker.kill('SIGKILL', leader - 1);
    await scenario.produceByCommand(500, '--partitions', '3', '--replication', '3');
    await expect
      .poll(() => consumer.committedRecords(), { timeout: 90_000, interval: 200 })
      .toBe(scenario.acknowledged);
    expect(await consumer.stop()).toBe(143);
    await scenario.expectExactlyOnce();
  });
});
