import type { HourState } from '../../hours/hour-state.ts';
import { stateFinder } from '../../hours/read-hours.ts';

/** Which hours of a window are not final. */
export interface SettledHours {
  /** Hours whose means may still change. */
  readonly filling: ReadonlySet<string>;
  /** Those of them that were complete, and got late rows. */
  readonly reopened: ReadonlySet<string>;
  /** False where nobody settles hours: then the hour in which we are counts as filling. */
  readonly isProven: boolean;
}

/** Sorts the hours by their states, which come in the order of their hours. */
export function settledHours(hours: readonly string[], states: readonly HourState[], nowMs: number): SettledHours {
  const stateOf = stateFinder(states, nowMs);
  return {
    filling: new Set(hours.filter((hour) => ['filling', 'reopened'].includes(stateOf(hour)))),
    reopened: new Set(hours.filter((hour) => stateOf(hour) === 'reopened')),
    isProven: states.length > 0,
  };
}
