import type { PipelineObserver } from '../../consumer/commit/tools/pipeline-observer.ts';
import type { Lag } from '../../consumer/service/lag.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from './logger.ts';

/** How often a service says that it lives, so that a silent log means a dead process and not a quiet topic. */
const everyMs = 600_000;

export interface StatusLog {
  readonly observer: PipelineObserver;
  /** Takes the lag of each poll, and logs a line when it is time. */
  lagged(lag: Lag): void;
}

/** Sums up what happened since the line before: batches, records that wait, memory. */
export function createStatusLog(log: Logger, clock: Pick<Clock, 'monotonicMs'>): StatusLog {
  let sinceMs = clock.monotonicMs();
  let counts = { batches: 0, records: 0 };
  return {
    observer: {
      committed: ({ entry }) => {
        counts = { batches: counts.batches + 1, records: counts.records + entry.outcome.records };
      },
    },
    lagged: (lag) => {
      const nowMs = clock.monotonicMs();
      if (nowMs - sinceMs < everyMs) return;
      const waiting = lag.values().reduce((sum, records) => sum + records, 0n);
      const rssBytes = process.memoryUsage.rss();
      log.info({ ...counts, waiting: waiting.toString(), partitions: lag.size, rssBytes }, 'status');
      sinceMs = nowMs;
      counts = { batches: 0, records: 0 };
    },
  };
}
