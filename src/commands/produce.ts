import type { Compression } from '../kafka/format/codecs.ts';
import { createKafkaPublisher } from '../kafka/publisher.ts';
import { ensureTopic, withAdmin } from '../kafka/topics.ts';
import { openFileMessages, type FileMessages } from '../producer/file-messages.ts';
import { simulate } from '../producer/simulator.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Settings } from '../app/config/settings.ts';
import type { Logger } from '../app/observe/logger.ts';
import { printJson } from '../app/observe/output.ts';
import { connectKafka } from '../app/connect-kafka.ts';
import { keepTrying } from '../app/keep-trying.ts';
import type { StopSignal } from '../app/signals.ts';

export interface ProduceOptions {
  readonly partitions: number;
  readonly replication: number;
  readonly topicSettings: Readonly<Record<string, string>>;
  readonly patients: number;
  readonly seed: number;
  readonly rate?: number;
  readonly count?: number;
  readonly duration?: number;
  readonly start?: Date;
  readonly every?: number;
  readonly faults: number;
  readonly batch: number;
  readonly compression: Compression;
  /** File whose lines are published instead of readings. */
  readonly from?: string;
  readonly keyField?: string;
  readonly headers: Readonly<Record<string, string>>;
}

const progressMs = 2000;

/** Publishes readings; prints the number of acknowledged ones as JSON. */
export async function produce(
  settings: Settings,
  options: ProduceOptions,
  { log, stop }: { readonly log: Logger; readonly stop: StopSignal },
): Promise<number> {
  await using file = options.from === undefined ? undefined : await openLines(options, options.from);
  const { kafka, certificate } = await connectKafka(settings.kafka, {
    patience: 'one-off',
    nowMs: systemClock.nowMs(),
  });
  if (certificate !== undefined) log.info({ ...certificate }, 'client certificate is valid');
  const { partitions, replication, topicSettings } = options;
  const { topic } = settings.kafka;
  // mistakes are told at once; a cluster that has answered is waited for, also while it replaces a broker
  await withAdmin(kafka, 'cluster', (admin) => admin.describeCluster());
  const trying = { retryMs: settings.service.retryMs, log, stop };
  const keepAsking = <T>(work: () => Promise<T>): Promise<T> => keepTrying('waiting for the brokers', work, trying);
  const state = await keepAsking(() => ensureTopic(kafka, { topic, partitions, replication, settings: topicSettings }));
  log.info({ topic, partitions, state }, 'topic is there');
  const publisher = await createKafkaPublisher(kafka, {
    topic,
    compression: options.compression,
    keepTrying: keepAsking,
  });
  try {
    const { acknowledged, perSecond } = await simulate({
      publisher,
      clock: systemClock,
      ward: { seed: options.seed, patients: options.patients },
      ...(options.rate !== undefined && { rate: options.rate }),
      ...(options.count !== undefined && { count: options.count }),
      ...(options.duration !== undefined && { durationMs: options.duration }),
      ...(options.start !== undefined && {
        timeline: { startMs: options.start.getTime(), everyMs: options.every ?? 1000 },
      }),
      batchRecords: options.batch,
      faultShare: options.faults,
      ...(file !== undefined && { take: file.take }),
      progressMs,
      onProgress: (progress) => log.info({ ...progress }, 'publishing'),
      stop: stop.signal,
    });
    log.info({ acknowledged, perSecond }, 'published');
    printJson({ topic, acknowledged });
    return stop.exitCode();
  } finally {
    await publisher.close();
  }
}

function openLines({ keyField, headers }: ProduceOptions, path: string): Promise<FileMessages> {
  return openFileMessages({ path, keyField, headers });
}
