import { openFileMessages, type FileMessages } from '../producer/file-messages.ts';
import { simulate } from '../producer/simulator.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Settings } from '../app/config/settings.ts';
import type { Logger } from '../app/observe/logger.ts';
import { printJson } from '../app/observe/output.ts';
import { openPublisher, type PublisherPlan } from '../app/open-publisher.ts';
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
  readonly compression: PublisherPlan['compression'];
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
  const { topic } = settings.kafka;
  const trying = { retryMs: settings.service.retryMs, log, stop };
  const publisher = await openPublisher(settings.kafka, {
    ...options,
    keepTrying: (work) => keepTrying('waiting for the brokers', work, trying),
    log,
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
