import { hourEndMs } from './hour-state.ts';
import { lastChange, type HourChange, type HourDocument } from './hour-document.ts';

/** What the ledger says of an hour. */
export interface HourCount {
  readonly rows: number;
  /** Sum of the checksums of their objects. */
  readonly content: number;
  /** When the newest of its records was sent. */
  readonly newestSentMs: number;
}

export const noRows: HourCount = { rows: 0, content: 0, newestSentMs: -Infinity };

export interface ChangeRules {
  readonly watermarkMs: number;
  readonly latenessMs: number;
  readonly nowMs: number;
}

/**
 * The hour's next change, if there is one. It is complete once every Kafka partition has been read past its end and the allowed lateness;
 * other rows than it had then, also as many others, reopen it, and it is complete again once everything has been read past the newest of them and the lateness.
 */
export function nextChange(
  hour: string,
  before: HourDocument | undefined,
  { rows, content, newestSentMs }: HourCount,
  { watermarkMs, latenessMs, nowMs }: ChangeRules,
): HourChange | undefined {
  const isPast = watermarkMs >= hourEndMs(hour) + latenessMs;
  const change = (state: HourChange['state']): HourChange => ({
    revision: (before?.changes.length ?? 0) + 1,
    state,
    at: new Date(nowMs).toISOString(),
    rows,
    lateRows: Math.max(0, rows - completedRows(before, rows)),
  });
  if (before === undefined) return change(isPast ? 'complete' : 'filling');
  const last = lastChange(before);
  switch (last.state) {
    case 'filling':
      return isPast ? change('complete') : undefined;
    case 'complete':
      return rows === last.rows && content === (before.content ?? content) ? undefined : change('reopened');
    case 'reopened':
      return isPast && watermarkMs >= newestSentMs + latenessMs ? change('complete') : undefined;
  }
}

/** Rows that the hour had when it was complete for the first time. */
function completedRows(before: HourDocument | undefined, otherwise: number): number {
  return before?.changes.find(({ state }) => state === 'complete')?.rows ?? otherwise;
}
