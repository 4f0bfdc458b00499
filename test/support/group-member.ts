import { onTestFinished } from 'vitest';
import type { KafkaClient } from '../../src/kafka/kafkajs/client.ts';
import { createRecordSource, type SourceOptions } from '../../src/kafka/source.ts';
import { RecordRecorder } from './record-recorder.ts';

/** Runs a member of the topic's own group until the test ends. */
export function runMember(kafka: KafkaClient, topic: string, options: Partial<SourceOptions> = {}) {
  const source = createRecordSource({
    kafka,
    topic,
    groupId: topic,
    sessionTimeoutMs: 10_000,
    fetchBytesMax: 100_000,
    metadataMaxAgeMs: 60_000,
    ...options,
  });
  const recorder = new RecordRecorder();
  const running = source.run(recorder);
  running.catch(() => {});
  onTestFinished(() => source.stop());
  return { source, recorder, running };
}
