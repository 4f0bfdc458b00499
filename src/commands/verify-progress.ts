import type { AuditProgress } from '../consumer/audit/verify.ts';
import type { Logger } from '../app/observe/logger.ts';
import type { Screen } from '../app/screen/screen.ts';
import { showWork } from '../app/screen/show-work.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';

export interface ProgressOptions {
  readonly table: string;
  readonly isForPeople: boolean;
  readonly log: Logger;
  readonly screen?: Screen | undefined;
}

/** Runs the audit and says meanwhile how far it is: on the screen if there is one, else on stderr. */
export async function withProgress<T>(
  { table, screen, ...options }: ProgressOptions,
  audit: (onProgress: (progress: AuditProgress) => void) => Promise<T>,
): Promise<T> {
  if (screen === undefined) return audit(createProgress({ ...options, clock: systemClock }));
  let newest: AuditProgress = { entries: 0, objects: 0, findings: 0 };
  await using _shown = await showWork(screen, async () => {
    const { auditRows } = await import('../app/screen/progress-rows.ts');
    return (upMs) => auditRows({ table, ...newest, upMs });
  });
  return await audit((progress) => {
    newest = progress;
  });
}

/** How often a person wants to see that it goes on, and a log. */
const everyMs = { terminal: 5000, log: 30_000 } as const;

/** Says on stderr how far the audit is: as words for a person, as a line of JSON for a log. */
export function createProgress({
  isForPeople,
  log,
  clock,
}: {
  readonly isForPeople: boolean;
  readonly log: { info(fields: object, message: string): void };
  readonly clock: Pick<Clock, 'monotonicMs'>;
}): (progress: AuditProgress) => void {
  let saidMs = clock.monotonicMs();
  return ({ entries, objects, findings }) => {
    const nowMs = clock.monotonicMs();
    if (nowMs - saidMs < (isForPeople ? everyMs.terminal : everyMs.log)) return;
    saidMs = nowMs;
    if (isForPeople)
      process.stderr.write(`${entries} ledger entries, ${objects} objects, ${findings} findings so far\n`);
    else log.info({ entries, objects, findings }, 'audit goes on');
  };
}
