import { giveBackTurn, takeTurn } from '../../consumer/maintain/take-turn.ts';
import type { UpkeepEvent } from '../../consumer/maintain/upkeep.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { Settings } from '../config/settings.ts';
import type { Lake } from '../lake/lake.ts';
import { failureFields } from '../observe/explain-failure.ts';
import type { Logger } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';

export interface UpkeepContext {
  readonly lake: Lake;
  readonly metrics: Metrics | undefined;
  readonly log: Logger;
  /** How often a member looks whose turn it is, at most; default: ten minutes. */
  readonly lookMaxMs?: number;
}

/** Looks are more frequent than turns: a member that is restarted before a turn's time has passed takes turns too. */
const tenMinutesMs = 10 * 60_000;

/** A turn that another member took a little later than this one looks does not make it wait for a whole round more. */
const slackShare = 0.1;

/** What has failed is tried again after this share of the time between two turns, or at the next look. */
const againShare = 1 / 24;

/**
 * Keeps the table in shape beside the consumer, if that is configured; its modules are loaded only then. A failure is logged and tried again:
 * records are written whatever becomes of it. Ends, between two changes of the table, when it is disposed of; another member goes on then.
 */
export function startUpkeep(
  settings: Settings,
  { lake, metrics, log, lookMaxMs = tenMinutesMs }: UpkeepContext,
): AsyncDisposable | undefined {
  const { everyMs } = settings.maintain;
  if (everyMs === undefined) return undefined;
  const lookMs = Math.min(everyMs, lookMaxMs);
  const over = new AbortController();
  const turn = { table: settings.table.name, topic: settings.kafka.topic };
  const keepInShape = async (): Promise<void> => {
    const { runUpkeep } = await import('./open-upkeep.ts');
    const observe = (event: UpkeepEvent): void => log.info({ ...event }, 'upkeep');
    await runUpkeep(settings, { lake, nowMs: systemClock.nowMs(), isDryRun: false, signal: over.signal, observe });
    over.signal.throwIfAborted();
    metrics?.upkeepDone.setToCurrentTime();
  };
  const once = async (): Promise<void> => {
    const slackMs = lookMs * slackShare;
    if (!(await takeTurn(lake.store, turn, { nowMs: systemClock.nowMs(), everyMs: everyMs - slackMs }))) return;
    try {
      await keepInShape();
    } catch (error) {
      const againMs = over.signal.aborted ? 0 : everyMs * againShare;
      await giveBackTurn(lake.store, turn, { nowMs: systemClock.nowMs(), everyMs, againMs }).catch(() => {});
      throw error;
    }
  };
  const look = async (): Promise<void> =>
    once().catch((error: unknown) => {
      if (!over.signal.aborted) log.warn(failureFields(error), 'upkeep failed, it is tried again');
    });
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await systemClock.sleep(lookMs, over.signal).catch(() => {});
      if (!over.signal.aborted) await look();
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
