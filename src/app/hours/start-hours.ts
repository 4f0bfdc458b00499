import type { TopicReader } from '../../consumer/ports/topic.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { Settings } from '../config/settings.ts';
import type { Lake } from '../lake/lake.ts';
import type { Logger } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { HourService } from './hour-service.ts';

export interface HoursContext {
  readonly lake: Lake;
  readonly reader: TopicReader;
  readonly metrics: Metrics | undefined;
  readonly log: Logger;
}

/** Settles hours beside the consumer, if that is configured; its modules are loaded only then. */
export async function startHours(
  settings: Settings,
  { lake, reader, metrics, log }: HoursContext,
): Promise<HourService | undefined> {
  const { everyMs } = settings.hours;
  if (everyMs === undefined) return undefined;
  const { openHours } = await import('./open-hours.ts');
  const { startHourService } = await import('./hour-service.ts');
  const { watchHours } = await import('../observe/hour-watch.ts');
  const hours = await openHours(settings, { lake, reader, watch: watchHours(log, metrics) });
  const onSettled = (): void => metrics?.hoursSettled.setToCurrentTime();
  return startHourService({ hours, everyMs, clock: systemClock, log, onSettled });
}
