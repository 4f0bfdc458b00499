import { systemClock } from '../runtime/clock.ts';
import { hasCode, PipelineError } from '../runtime/errors.ts';
import { retry } from '../runtime/retry.ts';
import { leaderPatience, withAdmin } from './kafkajs/admin.ts';
import type { KafkaClient } from './kafkajs/client.ts';

export interface TopicPlan {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
  readonly settings?: Readonly<Record<string, string>>;
}

/** Creates the topic if it is missing. Rejects with TOPIC_MISMATCH when it is there with another number of partitions. */
export async function ensureTopic(kafka: KafkaClient, plan: TopicPlan): Promise<'created' | 'exists'> {
  // a broker may not have heard yet of the topic that it has just been told to make
  const isRetryable = (error: unknown): boolean => hasCode(error, 'TOPIC_MISSING');
  return retry(() => ensureTopicOnce(kafka, plan), {
    ...leaderPatience,
    clock: systemClock,
    random: Math.random,
    isRetryable,
  });
}

async function ensureTopicOnce(kafka: KafkaClient, plan: TopicPlan): Promise<'created' | 'exists'> {
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
