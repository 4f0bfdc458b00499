import { describe, expect, inject, it } from 'vitest';
import { explainKafkaError } from '../../src/kafka/errors/explain-kafka-error.ts';
import type { KafkaClient } from '../../src/kafka/kafkajs/client.ts';
import { createTopicReader } from '../../src/kafka/topic/topic-reader.ts';
import { withAdmin } from '../../src/kafka/kafkajs/admin.ts';
import { kafkaEnvironment, ownNames, runCli } from '../support/cli.ts';
import { appendRecords, connectAdmin, createTopic, withCluster } from '../support/kafka.ts';

const { bootstrap, credentials } = inject('stack');

/** Two clients that the broker knows and that may do nothing yet. */
const [reader, writer] = [credentials.nobody, credentials.otherHost].map((each) => connectAdmin(bootstrap, each));

/** How an attempt ends: `done`, or the code of its failure. */
async function outcomeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'done',
    (error: unknown) => explainKafkaError(error, 'attempt').code,
  );
}

const publish = (kafka: KafkaClient, topic: string) => appendRecords(kafka, topic, 0, [{ value: '{}' }]);
/** Commits an offset for the group, as its members do; kafkajs would look for the coordinator first, and tell no refusal. */
const moveGroup = (kafka: KafkaClient, topic: string, groupId: string) =>
  withCluster(kafka, async (cluster) => {
    const broker: object = await cluster.brokerPool.findConnectedBroker();
    const partitions = [{ partition: 0, offset: '0', metadata: null }];
    const commit = { groupId, groupGenerationId: -1, memberId: '', topics: [{ topic, partitions }] };
    await Reflect.get(broker, 'offsetCommit').call(broker, commit);
  });

async function read(kafka: KafkaClient, topic: string): Promise<void> {
  await using open = createTopicReader({ kafka, topic });
  for await (const chunk of open.read({ partition: 0, from: 0n, to: 1n })) chunk[Symbol.dispose]();
}

describe('glueless acl', () => {
  const { KAFKA_TOPIC: topic, KAFKA_GROUP_ID: group } = ownNames();
  const foreign = `${topic}-foreign`;
  const env = { ...kafkaEnvironment(), KAFKA_TOPIC: topic, KAFKA_GROUP_ID: group };

  const acl = (...args: string[]) => runCli(['acl', '--consumer', 'CN=nobody', '--producer', 'CN=other', ...args], env);

  it('sets what is missing, once, so that each does its own part and nothing else', async () => {
    if (reader === undefined || writer === undefined) throw new Error('two clients were expected');
    const admin = connectAdmin();
    for (const each of [topic, foreign]) {
      await createTopic(admin, each, 1);
      await publish(admin, each);
    }
    const dry = await acl('--dry-run');
    const first = await acl();
    expect(first.code).toBe(0);
    expect({ code: dry.code, stderr: dry.stderr }).toEqual({ code: 0, stderr: '' });
    expect(dry.stdout).toContain(`would set  User:CN=nobody Read topic ${topic}\n`);
    expect(first.stdout).toMatch(
      new RegExp(`^set {2}User:CN=nobody Read topic ${topic}\n(set .*\n){5}6 entries set, 0 were there\n`),
    );
    expect(first.stdout).toContain('allow.everyone.if.no.acl.found=false');
    // an entry of somebody else's is named and left alone
    await withAdmin(admin, 'acl', (open) =>
      open.createAcls({
        acl: [
          {
            principal: 'User:CN=third',
            host: '*',
            operation: 3,
            permissionType: 3,
            resourceType: 2,
            resourceName: topic.slice(0, -1),
            resourcePatternType: 4,
          },
        ],
      }),
    );
    await expect
      .poll(async () => (await acl()).stdout, { timeout: 60_000 })
      .toMatch(
        new RegExp(
          `^(there .*\n){6}other {2}User:CN=third Read topic ${topic.slice(0, -1)} .*\n0 entries set, 6 were there\n`,
        ),
      );
    await expect.poll(() => outcomeOf(read(reader, topic)), { timeout: 20_000 }).toBe('done');
    // asking for a group's offsets makes the topic that keeps them
    await using asking = createTopicReader({ kafka: reader, topic });
    expect(await asking.committed(group)).toEqual(new Map());
    expect(await outcomeOf(asking.checkMembership(group))).toBe('done');
    await using refused = createTopicReader({ kafka: writer, topic });
    expect(await outcomeOf(refused.checkMembership(group))).toBe('GROUP_DENIED');
    expect(await outcomeOf(moveGroup(reader, topic, group))).toBe('done');
    expect(await outcomeOf(publish(reader, topic))).toBe('TOPIC_DENIED');
    expect(await outcomeOf(read(reader, foreign))).toBe('TOPIC_DENIED');
    expect(await outcomeOf(publish(writer, topic))).toBe('done');
    expect(await outcomeOf(moveGroup(writer, topic, group))).toBe('GROUP_DENIED');
    expect(await outcomeOf(read(writer, topic))).toBe('TOPIC_DENIED');
    expect(await outcomeOf(publish(writer, foreign))).toBe('TOPIC_DENIED');
  });

  it('says who may not set any', async () => {
    const { cert, key } = credentials.nobody;
    const refused = await runCli(['acl', '--consumer', 'CN=a', '--producer', 'CN=b'], {
      ...env,
      KAFKA_TLS_CERT: cert,
      KAFKA_TLS_KEY: key,
    });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /^error CLUSTER_DENIED: .*\n {2}what to do: use the certificate of an administrator/,
    );
  });
});
