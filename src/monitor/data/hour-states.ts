import type { HourState } from '../../hours/hour-state.ts';
import { hourAt } from './hour-window.ts';

/** Which hours of a window are not final. */
export interface SettledHours {
  /** Hours whose means may still change. */
  readonly filling: ReadonlySet<string>;
  /** Those of them that were complete, and got late rows. */
  readonly reopened: ReadonlySet<string>;
  /** False where nobody settles hours: then the hour in which we are counts as filling. */
  readonly isProven: boolean;
}

/** Sorts the hours by their states. Of hours that nobody has settled, those are filling that follow a settled one. */
export function settledHours(hours: readonly string[], states: readonly HourState[], nowMs: number): SettledHours {
  const [first] = states.map(({ hour }) => hour).sort();
  if (first === undefined) return { filling: new Set([hourAt(nowMs)]), reopened: new Set(), isProven: false };
  const byHour = new Map(states.map(({ hour, state }) => [hour, state]));
  return {
    filling: new Set(hours.filter((hour) => hour >= first && byHour.get(hour) !== 'complete')),
    reopened: new Set(hours.filter((hour) => byHour.get(hour) === 'reopened')),
    isProven: true,
  };
}
