import type { HourWindow } from './hour-window.ts';
import type { HourlyValue } from './hourly-values.ts';

/** Limits of a mean that calls for nobody, both ends included. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/**
 * What a group's hours say, most urgent first:
 * `outside`: its newest mean is out of the band; `silent`: nothing came in the last hours; `was-outside`: an earlier mean was; `inside`.
 */
export const urgencies = ['outside', 'silent', 'was-outside', 'inside'] as const;

export type Urgency = (typeof urgencies)[number];

/** One group's hours in a window. */
export interface WardRow {
  readonly group: string;
  /** A value for each hour of the window; `undefined` for an hour without any. */
  readonly hours: readonly (HourlyValue | undefined)[];
  readonly latest: HourlyValue;
  readonly urgency: Urgency;
  /** How far the newest mean lies out of the band; 0 inside of it. */
  readonly distance: number;
}

/** Hours at the end of the window that may be empty before a group counts as silent: the one that fills, and the one before it. */
const quietHoursMax = 2;

/** Puts the values into rows, a group each, the most urgent first. Without a band nothing is outside of it. */
export function arrangeWard(values: readonly HourlyValue[], window: HourWindow, band: Band | undefined): WardRow[] {
  const rows = [...Map.groupBy(values, ({ group }) => group)].map(([group, own]) =>
    rowOf(group, own, { window, band }),
  );
  return rows.filter((row) => row !== undefined).sort(byUrgency);
}

function rowOf(
  group: string,
  own: readonly HourlyValue[],
  { window, band }: { readonly window: HourWindow; readonly band: Band | undefined },
): WardRow | undefined {
  const byHour = new Map(own.map((value) => [value.hour, value]));
  const hours = window.hours.map((hour) => byHour.get(hour));
  const latest = hours.findLast((value) => value !== undefined);
  if (latest === undefined) return undefined;
  const distances = hours.map((value) => (value === undefined ? 0 : distanceFrom(value.mean, band)));
  const newest = hours.lastIndexOf(latest);
  const distance = distances[newest] ?? 0;
  const isSilent = hours.length - 1 - newest >= quietHoursMax;
  return { group, hours, latest, distance, urgency: urgencyOf({ distance, isSilent, distances }) };
}

function urgencyOf(facts: {
  readonly distance: number;
  readonly isSilent: boolean;
  readonly distances: readonly number[];
}): Urgency {
  if (facts.distance > 0) return 'outside';
  if (facts.isSilent) return 'silent';
  return facts.distances.some((each) => each > 0) ? 'was-outside' : 'inside';
}

/** How far a value lies out of the band; 0 inside of it. */
export function distanceFrom(value: number, band: Band | undefined): number {
  return band === undefined ? 0 : Math.max(0, band.low - value, value - band.high);
}

function byUrgency(a: WardRow, b: WardRow): number {
  return (
    urgencies.indexOf(a.urgency) - urgencies.indexOf(b.urgency) ||
    b.distance - a.distance ||
    (a.group < b.group ? -1 : 1)
  );
}
