import type { KafkaClient } from '../../src/kafka/kafkajs/client.ts';
import { createKafkaPublisher } from '../../src/kafka/publisher.ts';
import { ensureTopic } from '../../src/kafka/topics.ts';
import { simulate } from '../../src/producer/simulator.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { retry } from '../../src/runtime/retry.ts';

export interface Readings {
  readonly count: number;
  readonly partitions: number;
  readonly faults?: number;
  readonly patients?: number;
}

const batchRecords = 100;
const startedBeforeMs = 6 * 3_600_000;
/** A new topic is not known everywhere at once. */
const patience = { attemptsMax: 100, totalMs: 60_000, delayMs: 100, delayMaxMs: 1000 };

/** Publishes what `glueless produce` does, without a process of its own; answers with how many records were acknowledged. */
export async function publishReadings(
  kafka: KafkaClient,
  topic: string,
  { count, partitions, faults = 0, patients = 50 }: Readings,
): Promise<number> {
  const keepTrying = <T>(work: () => Promise<T>): Promise<T> =>
    retry(work, { ...patience, clock: systemClock, random: Math.random });
  await keepTrying(() => ensureTopic(kafka, { topic, partitions, replication: -1, settings: {} }));
  const publisher = await createKafkaPublisher(kafka, { topic, compression: 'zstd', keepTrying });
  try {
    const { acknowledged } = await simulate({
      publisher,
      clock: systemClock,
      ward: { seed: 1, patients },
      count,
      batchRecords,
      timeline: { startMs: systemClock.nowMs() - startedBeforeMs, everyMs: 5000 },
      faultShare: faults,
      progressMs: Infinity,
      onProgress: () => {},
      stop: new AbortController().signal,
    });
    return acknowledged;
  } finally {
    await publisher.close();
  }
}
