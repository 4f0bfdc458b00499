import { consecutive } from '../../runtime/consecutive.ts';
import { msPerDay, msPerHour } from '../../runtime/duration.ts';
import type { Column } from '../types/column-type.ts';

/**
 * How the table is partitioned: by the hour or the day of the record's time, by the hour of its arrival in Kafka as the scripts of Glue
 * Streaming jobs do, or not at all.
 */
export const layouts = ['hour', 'day', 'ingest-hour', 'none'] as const;

export type Layout = (typeof layouts)[number];

/** Units of Unix time; `auto`: told by the size of the number. */
export const eventTimeUnits = ['auto', 's', 'ms', 'us', 'ns'] as const;

export type EventTimeUnit = (typeof eventTimeUnits)[number];

/** What decides into which Hive partition a record goes. */
export interface Placement {
  readonly layout: Layout;
  /** A top-level field; with dots also one inside of others. */
  readonly eventTimeField: string;
  /** Left out: auto. */
  readonly eventTimeUnit?: EventTimeUnit | undefined;
  /** An event time further than this from the time of sending does not count. */
  readonly pastDaysMax: number;
  readonly futureDaysMax: number;
}

const keyNames: Readonly<Record<Layout, readonly string[]>> = {
  hour: ['event_date', 'event_hour'],
  day: ['event_date'],
  'ingest-hour': ['ingest_year', 'ingest_month', 'ingest_day', 'ingest_hour'],
  none: [],
};

/** The layout's partition keys: strings, so that `event_date >= '2026-11-01'` prunes in Athena. */
export function partitionKeys(layout: Layout): Column[] {
  return keyNames[layout].map((name) => ({ name, type: { kind: 'string' } }));
}

/** The layout that has these keys, if one has. */
export function layoutOf(keys: readonly Column[]): Layout | undefined {
  const names = keys.map(({ name }) => name).join(',');
  return layouts.find((layout) => keyNames[layout].join(',') === names);
}

/** `event_date=2026-11-23/event_hour=09`; values that could leave their folder are escaped as Hive does. */
export function hivePath(keys: readonly string[], values: readonly string[]): string {
  return keys.map((key, index) => `${key}=${escapeValue(values[index] ?? '')}`).join('/');
}

function escapeValue(value: string): string {
  return value.replaceAll(/[^\w.:-]/g, (character) => encodeURIComponent(character));
}

/** A range of times, in milliseconds since the epoch, both ends included. */
export interface TimeRange {
  readonly minMs: number;
  readonly maxMs: number;
}

export interface RowGroup {
  /** One value per partition key. */
  readonly values: readonly string[];
  /** Indexes of rows, ascending. */
  readonly rows: Int32Array;
}

interface Group {
  count: number;
  rows: Int32Array;
}

/** Groups rows by the Hive partition of their time (milliseconds since the epoch), in order of time. `range`: that of all times, if known. */
export function groupRows(timesMs: Float64Array, layout: Layout, range?: TimeRange): RowGroup[] {
  const unitMs = layout === 'day' ? msPerDay : msPerHour;
  const startOf = (timeMs: number): number => (layout === 'none' ? -Infinity : Math.floor(timeMs / unitMs) * unitMs);
  if (range !== undefined && startOf(range.minMs) === startOf(range.maxMs))
    return [{ values: valuesOf(startOf(range.minMs), layout), rows: consecutive(0, timesMs.length) }];
  const groups = new Map<number, Group>();
  // successive rows mostly belong to one group
  let startMs = Infinity;
  let endMs = -Infinity;
  let group: Group = { count: 0, rows: new Int32Array(0) };
  const moveTo = (timeMs: number): void => {
    startMs = startOf(timeMs);
    endMs = layout === 'none' ? Infinity : startMs + unitMs;
    group = groups.get(startMs) ?? { count: 0, rows: new Int32Array(0) };
    groups.set(startMs, group);
  };
  const isIn = (timeMs: number): boolean => timeMs >= startMs && timeMs < endMs;
  for (let row = 0; row < timesMs.length; row++) {
    const timeMs = timesMs[row] ?? 0;
    if (!isIn(timeMs)) moveTo(timeMs);
    group.count++;
  }
  if (groups.size === 1) return [{ values: valuesOf(startMs, layout), rows: consecutive(0, timesMs.length) }];
  for (const each of groups.values()) {
    each.rows = new Int32Array(each.count);
    each.count = 0;
  }
  for (let row = 0; row < timesMs.length; row++) {
    const timeMs = timesMs[row] ?? 0;
    if (!isIn(timeMs)) moveTo(timeMs);
    group.rows[group.count++] = row;
  }
  return [...groups]
    .toSorted(([a], [b]) => a - b)
    .map(([each, { rows }]) => ({ values: valuesOf(each, layout), rows }));
}

function valuesOf(timeMs: number, layout: Layout): string[] {
  if (layout === 'none') return [];
  const iso = new Date(timeMs).toISOString();
  const date = iso.slice(0, iso.indexOf('T'));
  const hour = iso.slice(-13, -11);
  if (layout === 'ingest-hour') return [...date.split('-'), hour];
  return layout === 'day' ? [date] : [date, hour];
}
