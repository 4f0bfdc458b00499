import type { Admin } from 'kafkajs';
import { systemClock } from '../../runtime/clock.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { retry } from '../../runtime/retry.ts';
import type { KafkaClient } from './client.ts';

/** Patience for a new topic, whose leaders not all brokers know at once. */
export const leaderPatience = { attemptsMax: 20, totalMs: 10_000, delayMs: 250, delayMaxMs: 250 };

/** Runs `work` with a connected admin client and closes it, again while leaders move; errors come explained. */
export async function withAdmin<T>(kafka: KafkaClient, where: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  return retry(() => withAdminOnce(kafka, where, work), {
    ...leaderPatience,
    clock: systemClock,
    random: Math.random,
    isRetryable: (error) => error instanceof PipelineError && error.code === 'LEADER_MOVING',
  });
}

async function withAdminOnce<T>(kafka: KafkaClient, where: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.kafkajs.admin();
  try {
    await admin.connect();
    return await work(admin);
  } catch (error) {
    throw kafka.explain(error, where);
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
