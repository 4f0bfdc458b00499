import { openFileMessages, type FileMessages } from '../producer/file-messages.ts';
import { simulate, type Progress } from '../producer/simulator.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Settings } from '../app/config/settings.ts';
import type { Logger } from '../app/observe/logger.ts';
import { printJson } from '../app/observe/output.ts';
import type { Screen } from '../app/screen/screen.ts';
import { openPublisher, type PublisherPlan } from '../app/kafka/open-publisher.ts';
import { keepTrying } from '../app/keep-trying.ts';
import type { CommandContext } from './run-command.ts';

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
  /** Event time from which on two patients have a fever. */
  readonly feverSince?: Date;
  readonly faults: number;
  readonly batch: number;
  readonly compression: PublisherPlan['compression'];
  /** File whose lines are published instead of readings. */
  readonly from?: string;
  readonly keyField?: string;
  readonly headers: Readonly<Record<string, string>>;
}

const progressMs = 2000;
const screenMs = 500;

/** Publishes readings; prints the number of acknowledged ones as JSON. */
export async function produce(
  settings: Settings,
  options: ProduceOptions,
  { log, stop, screen }: CommandContext,
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
    const { acknowledged, perSecond } = await withProgress({ topic, options, log, screen }, (onProgress) =>
      simulate({
        publisher,
        clock: systemClock,
        ward: {
          seed: options.seed,
          patients: options.patients,
          feverSinceMs: options.feverSince?.getTime(),
        },
        rate: options.rate,
        count: options.count,
        durationMs: options.duration,
        ...(options.start !== undefined && {
          timeline: { startMs: options.start.getTime(), everyMs: options.every ?? 1000 },
        }),
        batchRecords: options.batch,
        faultShare: options.faults,
        take: file?.take,
        progressMs: screen === undefined ? progressMs : screenMs,
        onProgress,
        stop: stop.signal,
      }),
    );
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

interface ProgressOptions {
  readonly topic: string;
  readonly options: ProduceOptions;
  readonly log: Logger;
  readonly screen: Screen | undefined;
}

/** Says how far it is: on the screen if there is one, else in the log. */
async function withProgress(
  { topic, options, log, screen }: ProgressOptions,
  publish: (onProgress: (progress: Progress) => void) => Promise<Progress>,
): Promise<Progress> {
  if (screen === undefined) return publish((progress) => log.info({ ...progress }, 'publishing'));
  const { publishingRows } = await import('../app/screen/progress-rows.ts');
  const startMs = systemClock.monotonicMs();
  const { count, duration: durationMs } = options;
  let newest: Progress = { acknowledged: 0, perSecond: 0 };
  const view = () => publishingRows({ topic, ...newest, upMs: systemClock.monotonicMs() - startMs, count, durationMs });
  await using _shown = screen.show(view, view);
  newest = await publish((progress) => {
    newest = progress;
  });
  return newest;
}
