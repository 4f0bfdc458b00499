import { msPerHour } from '../runtime/duration.ts';

/**
 * An hour of the table as a reader may take it:
 *
 *     filling ──every Kafka partition is read past it──▶ complete ◀──▶ reopened: late rows came
 */
export const hourStateNames = ['filling', 'complete', 'reopened'] as const;

export type HourStateName = (typeof hourStateNames)[number];

export interface HourState {
  /** `2026-11-23T09`, UTC: the Hive partition `event_date=2026-11-23/event_hour=09`. */
  readonly hour: string;
  readonly state: HourStateName;
  /** Rows that the ledger lists for the hour. */
  readonly rows: number;
  /** When it came into this state; left out for an hour that nobody has settled yet. */
  readonly since?: string;
  /** Rows that came after the hour was complete for the first time. */
  readonly lateRows: number;
}

const hourPattern = /^\d{4}-\d\d-\d\dT\d\d$/;

/** The hour of a Hive partition's values, `undefined` where they are none of a table by hours. */
export function hourOf([date = '', hour = '', ...more]: readonly string[]): string | undefined {
  const name = `${date}T${hour}`;
  return more.length === 0 && hourPattern.test(name) && !Number.isNaN(hourStartMs(name)) ? name : undefined;
}

export function hourAt(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 13);
}

export function hourStartMs(hour: string): number {
  return Date.parse(`${hour}:00:00Z`);
}

export function hourEndMs(hour: string): number {
  return hourStartMs(hour) + msPerHour;
}
