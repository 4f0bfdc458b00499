import type { CommittedBatch } from '../../consumer/commit/tools/pipeline-observer.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { Settings } from '../config/settings.ts';
import type { Logger } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import { watchService, type ServiceWatch } from '../observe/watch-service.ts';
import { RateWindow } from './rate-window.ts';
import type { Row, Screen } from './screen.ts';
import { readServiceNumbers, type ServiceNumbers } from './service-numbers.ts';
import { serviceRows, serviceSummary, type ServiceMoment } from './service-rows.ts';

const lastBatchesMax = 3;

/** Watches a service as `watchService` does, and shows it on the screen until it is disposed of. */
export async function watchOnScreen(
  settings: Pick<Settings, 'service' | 'batch' | 'kafka' | 'table'>,
  { log, screen }: { readonly log: Logger; readonly screen: Screen },
): Promise<ServiceWatch> {
  const lastBatches: CommittedBatch[] = [];
  const committed = (batch: CommittedBatch): void => {
    lastBatches.unshift(batch);
    lastBatches.splice(lastBatchesMax);
  };
  const watch = await watchService(settings, { log, shown: { committed }, printAside: (print) => screen.aside(print) });
  const { metrics } = watch;
  if (metrics === undefined) return watch;
  const names = { topic: settings.kafka.topic, table: settings.table.name };
  const { bufferBytesMax } = settings.service;
  const shown = showService({ ...names, bufferBytesMax, metrics, lastBatches, screen });
  return {
    ...watch,
    [Symbol.asyncDispose]: async () => {
      await shown[Symbol.asyncDispose]();
      await watch[Symbol.asyncDispose]();
    },
  };
}

interface ShownService {
  readonly topic: string;
  readonly table: string;
  readonly bufferBytesMax: number;
  readonly metrics: Metrics;
  readonly lastBatches: readonly CommittedBatch[];
  readonly screen: Screen;
}

/** Shows what the metrics say by now, with the batches that were committed last. */
function showService({ metrics, lastBatches, screen, ...constant }: ShownService): AsyncDisposable {
  const startMs = systemClock.monotonicMs();
  const rate = new RateWindow();
  const rowsBy = (make: (numbers: ServiceNumbers, moment: ServiceMoment) => Row[]) => async () => {
    const numbers = await readServiceNumbers(metrics);
    const nowMs = systemClock.monotonicMs();
    return make(numbers, {
      ...constant,
      upMs: nowMs - startMs,
      nowMs: systemClock.nowMs(),
      perSecond: rate.perSecond(nowMs, numbers.rows + numbers.deadLetters + numbers.tombstones),
      rssBytes: process.memoryUsage.rss(),
      lastBatches,
    });
  };
  return screen.show(rowsBy(serviceRows), rowsBy(serviceSummary));
}
