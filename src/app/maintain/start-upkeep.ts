import { takeTurn } from '../../consumer/maintain/take-turn.ts';
import type { UpkeepEvent } from '../../consumer/maintain/upkeep.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { Settings } from '../config/settings.ts';
import type { Lake } from '../lake.ts';
import { failureFields } from '../observe/explain-failure.ts';
import type { Logger } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';

export interface UpkeepContext {
  readonly lake: Lake;
  readonly metrics: Metrics | undefined;
  readonly log: Logger;
}

/** A turn that another member took a little later than this one does not make it wait for a whole round more. */
const turnShare = 0.9;

/**
 * Keeps the table in shape beside the consumer, if that is configured; its modules are loaded only then. A failure is logged and tried again
 * the next time: records are written whatever becomes of it. Ends, between two changes of the table, when it is disposed of.
 */
export function startUpkeep(settings: Settings, { lake, metrics, log }: UpkeepContext): AsyncDisposable | undefined {
  const { everyMs } = settings.maintain;
  if (everyMs === undefined) return undefined;
  const over = new AbortController();
  const turn = { table: settings.table.name, topic: settings.kafka.topic };
  const once = async (): Promise<void> => {
    try {
      const nowMs = systemClock.nowMs();
      if (!(await takeTurn(lake.store, turn, { nowMs, everyMs: everyMs * turnShare }))) return;
      const { runUpkeep } = await import('./open-upkeep.ts');
      const observe = (event: UpkeepEvent): void => log.info({ ...event }, 'upkeep');
      await runUpkeep(settings, { lake, nowMs, isDryRun: false, signal: over.signal, observe });
      metrics?.upkeepDone.setToCurrentTime();
    } catch (error) {
      if (!over.signal.aborted) log.warn(failureFields(error), 'upkeep failed, it is tried again');
    }
  };
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await systemClock.sleep(everyMs, over.signal).catch(() => {});
      if (!over.signal.aborted) await once();
    }
  };
  const running = run();
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await running;
    },
  };
}
