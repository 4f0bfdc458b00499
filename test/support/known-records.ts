import type { KafkaClient } from '../../src/kafka/kafkajs/client.ts';

/** Records are shorter than this, but for every tenth: a limit that makes those dead letters. */
export const recordBytesLimit = '400';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A quarter past nine, two days ago. */
const firstHourMs = Math.floor(Date.now() / dayMs - 2) * dayMs + 9.25 * hourMs;

/** The nth record of a topic: its event time in one of two hours, another time on one of two other days, and `more` fields. */
export function knownRecord(n: number, hour = n % 2, more: object = {}): string {
  const at = (ms: number): string => new Date(ms).toISOString();
  return JSON.stringify({
    n,
    eventTime: at(firstHourMs + hour * hourMs),
    other: at(firstHourMs - (1 + (n % 2)) * dayMs),
    text: `record ${n}${n % 10 === 9 ? ' is long'.repeat(60) : ''}`,
    secret: `s${n}`,
    ...more,
  });
}

export interface PublishOptions {
  readonly topic: string;
  readonly partition: number;
  readonly key?: ((index: number) => string) | undefined;
  /** Milliseconds since the epoch; two hours after the first event time when left out. */
  readonly timestampMs?: number | undefined;
}

/** Publishes values one behind the other; answers with the offset of the first. */
export async function publishValues(
  kafka: KafkaClient,
  values: readonly (string | null)[],
  { topic, partition, key, timestampMs = firstHourMs + 2 * hourMs }: PublishOptions,
): Promise<number> {
  const producer = kafka.kafkajs.producer();
  await producer.connect();
  const timestamp = String(timestampMs);
  const messages = values.map((value, index) => ({ partition, value, key: key?.(index) ?? null, timestamp }));
  const [result] = await producer.send({ topic, messages });
  await producer.disconnect();
  return Number(result?.baseOffset);
}
