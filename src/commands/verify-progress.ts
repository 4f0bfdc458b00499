import type { Progress } from '../consumer/audit/verify.ts';
import type { Clock } from '../runtime/clock.ts';

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
}): (progress: Progress) => void {
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
