import { onTestFinished } from 'vitest';
import type { RecordSource } from '../../src/consumer/ports/topic.ts';
import type { KafkaClient } from '../../src/kafka/kafkajs/client.ts';
import { createRecordSource, type SourceOptions } from '../../src/kafka/source.ts';
import { RecordRecorder } from './record-recorder.ts';

/** Makes a member of the topic's own group. */
export function memberOf(kafka: KafkaClient, topic: string, options: Partial<SourceOptions> = {}): RecordSource {
  return createRecordSource({
    kafka,
    topic,
    groupId: topic,
    sessionTimeoutMs: 10_000,
    fetchBytesMax: 100_000,
    metadataMaxAgeMs: 60_000,
    ...options,
  });
}

/** Runs a member of the topic's own group until the test ends. */
export function runMember(kafka: KafkaClient, topic: string, options: Partial<SourceOptions> = {}) {
  const source = memberOf(kafka, topic, options);
  const recorder = new RecordRecorder();
  const running = source.run(recorder);
  running.catch(() => {});
  onTestFinished(() => source.stop());
  return { source, recorder, running };
}
