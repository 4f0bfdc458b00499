import type { Admin, Kafka } from 'kafkajs';
import { PipelineError } from '../runtime/errors.ts';
import { explainKafkaError } from './failure.ts';

export interface TopicPlan {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
  readonly settings?: Readonly<Record<string, string>>;
}

/** Creates the topic if it is missing. Rejects with TOPIC_MISMATCH when it is there with another number of partitions. */
export async function ensureTopic(kafka: Kafka, plan: TopicPlan): Promise<'created' | 'exists'> {
  return withAdmin(kafka, `topic ${plan.topic}`, async (admin) => {
    const created = await admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic: plan.topic,
          numPartitions: plan.partitions,
          replicationFactor: plan.replication,
          configEntries: Object.entries(plan.settings ?? {}).map(([name, value]) => ({ name, value })),
        },
      ],
    });
    if (created) return 'created';
    const { topics } = await admin.fetchTopicMetadata({ topics: [plan.topic] });
    const found = topics[0]?.partitions.length;
    if (found === plan.partitions) return 'exists';
    throw new PipelineError('TOPIC_MISMATCH', {
      message: `topic ${plan.topic} is there with ${found} partitions, expected ${plan.partitions}`,
      retryable: false,
      hint: `say --partitions ${found}, or use another topic`,
    });
  });
}

/** Runs `work` with a connected admin client and closes it; errors come explained. */
export async function withAdmin<T>(kafka: Kafka, where: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } catch (error) {
    throw explainKafkaError(error, where);
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
