import { startHours } from '../app/hours/start-hours.ts';
import { startUpkeep } from '../app/maintain/start-upkeep.ts';
import type { KeepTryingOptions } from '../app/keep-trying.ts';
import type { KafkaConnection } from '../app/kafka/connect-kafka.ts';
import type { Lake } from '../app/lake/lake.ts';
import type { Logger } from '../app/observe/logger.ts';
import type { ServiceWatch } from '../app/observe/watch-service.ts';
import type { Settings } from '../app/config/settings.ts';
import type { Tracing } from '../app/trace/open-tracing.ts';
import { limitsOf } from '../app/write/consumer-limits.ts';
import { createSnapshots } from '../app/write/create-snapshots.ts';
import { runConsumer, type ConsumerOptions } from '../consumer/service/run-consumer.ts';
import type { Queues } from '../runtime/concurrency.ts';

/** What is open while a consumer runs. */
export interface ConsumeSession {
  readonly untilEnd: boolean;
  readonly connection: KafkaConnection;
  readonly lake: Lake;
  readonly watch: ServiceWatch;
  readonly trying: KeepTryingOptions;
  readonly tracing: Tracing;
}

/** One topic of a session: where it is read from and written to. */
interface TopicRun extends Pick<
  ConsumerOptions,
  'start' | 'limits' | 'pace' | 'source' | 'reader' | 'tools' | 'onLag' | 'onIdle'
> {
  readonly settings: Settings;
  readonly log: Logger;
  /** Those that the snapshots of all topics of the process share. */
  readonly queues?: Queues;
}

/** Reads a topic into its table, its hours and upkeep beside it. */
export async function consumeTopic(
  { settings, log, queues, ...run }: TopicRun,
  { lake, watch: { metrics }, trying: { stop }, untilEnd }: ConsumeSession,
): Promise<void> {
  const { reader, tools } = run;
  const snapshots = createSnapshots(lake, tools, settings.table, queues);
  await using hours = await startHours(settings, { lake, reader, metrics, log });
  await using _upkeep = startUpkeep(settings, { lake, metrics, log });
  await runConsumer({
    ...limitsOf(settings, tools),
    ...run,
    snapshots,
    untilEnd,
    stop: stop.signal,
  });
  if (untilEnd && !stop.signal.aborted) await hours?.finish();
}
